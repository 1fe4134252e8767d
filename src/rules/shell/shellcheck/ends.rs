//! Where pipelines end.
//!
//! The checks of the back end look a pipeline up by its bytes. Two commands with a `;` behind them
//! they do not find, as the tree counts the `;` for a part and the checks do not. So the tree is told
//! nothing of where that `;` stands.

use shuck_ast as ast;

/// Takes the places of what ends pipelines out of a list of statements.
pub(super) fn forget(list: &mut ast::StmtSeq) {
    list.stmts.iter_mut().for_each(statement);
}

fn statement(stmt: &mut ast::Stmt) {
    if let ast::Command::Binary(binary) = &stmt.command
        && matches!(binary.op, ast::BinaryOp::Pipe | ast::BinaryOp::PipeAll)
    {
        stmt.terminator_span = None;
    }
    for redirect in stmt.redirects.iter_mut() {
        if let ast::RedirectTarget::Word(target) = &mut redirect.target {
            word(target);
        }
    }
    command(&mut stmt.command);
}

fn command(command: &mut ast::Command) {
    match command {
        ast::Command::Simple(c) => {
            word(&mut c.name);
            c.args.iter_mut().for_each(word);
            c.assignments.iter_mut().for_each(assignment);
        }
        ast::Command::Decl(c) => {
            c.assignments.iter_mut().for_each(assignment);
            for operand in &mut c.operands {
                match operand {
                    ast::DeclOperand::Assignment(a) => assignment(a),
                    ast::DeclOperand::Flag(w) | ast::DeclOperand::Dynamic(w) => word(w),
                    ast::DeclOperand::Name(_) => {}
                }
            }
        }
        ast::Command::Builtin(_) => {}
        // A long list is nested to the left.
        ast::Command::Binary(binary) => {
            let mut binary = binary;
            loop {
                statement(&mut binary.right);
                if !matches!(binary.left.command, ast::Command::Binary(_)) {
                    return statement(&mut binary.left);
                }
                let ast::Command::Binary(next) = &mut binary.left.command else {
                    return;
                };
                binary = next;
            }
        }
        ast::Command::Compound(c) => compound(c),
        ast::Command::Function(c) => statement(&mut c.body),
        ast::Command::AnonymousFunction(c) => statement(&mut c.body),
    }
}

fn compound(command: &mut ast::CompoundCommand) {
    use ast::CompoundCommand as C;
    match command {
        C::If(c) => {
            forget(&mut c.condition);
            forget(&mut c.then_branch);
            for (condition, branch) in &mut c.elif_branches {
                forget(condition);
                forget(branch);
            }
            c.else_branch.iter_mut().for_each(forget);
        }
        C::For(c) => {
            c.words.iter_mut().flatten().for_each(word);
            forget(&mut c.body);
        }
        C::Select(c) => {
            c.words.iter_mut().for_each(word);
            forget(&mut c.body);
        }
        C::Foreach(c) => forget(&mut c.body),
        C::Repeat(c) => forget(&mut c.body),
        C::ArithmeticFor(c) => forget(&mut c.body),
        C::While(c) => {
            forget(&mut c.condition);
            forget(&mut c.body);
        }
        C::Until(c) => {
            forget(&mut c.condition);
            forget(&mut c.body);
        }
        C::Case(c) => {
            word(&mut c.word);
            c.cases.iter_mut().for_each(|item| forget(&mut item.body));
        }
        C::Subshell(list) | C::BraceGroup(list) => forget(list),
        C::Time(c) => c.command.iter_mut().for_each(|stmt| statement(stmt)),
        C::Coproc(c) => statement(&mut c.body),
        C::Always(c) => {
            forget(&mut c.body);
            forget(&mut c.always_body);
        }
        C::Arithmetic(_) | C::Conditional(_) => {}
    }
}

fn assignment(assignment: &mut ast::Assignment) {
    if let ast::AssignmentValue::Scalar(value) = &mut assignment.value {
        word(value);
    }
}

fn word(word: &mut ast::Word) {
    parts(&mut word.parts);
}

fn parts(nodes: &mut [ast::WordPartNode]) {
    for node in nodes {
        match &mut node.kind {
            ast::WordPart::DoubleQuoted { parts: inner, .. } => parts(inner),
            ast::WordPart::CommandSubstitution { body, .. }
            | ast::WordPart::ProcessSubstitution { body, .. } => forget(body),
            _ => {}
        }
    }
}
