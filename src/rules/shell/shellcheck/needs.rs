//! What a script has to hold for a rule of the back end to find anything in it.
//!
//! Most scripts hold nothing that any rule looks for, and working out the back end's facts costs
//! more than all the rest of a file. So each rule has the marks here without which it is silent;
//! where one is missing the rule is not asked, and where no rule is left the script is not checked.
//! A mark may be set too often, never too seldom: what is in quotes counts, and what quotes take
//! apart is put together. A rule without an entry is always asked.

use std::collections::HashSet;

use shuck_linter::{Rule, RuleSet};

use crate::shell::{
    Assignment, AssignmentKind, Command, Frame, FrameKind, Quoting, RedirectKind, Script, Word,
    WordPart,
};

/// Marks, one a bit.
type Marks = u128;

/// Names for the bits of [`Marks`].
macro_rules! marks {
    (@ $at:expr;) => {};
    (@ $at:expr; $(#[$doc:meta])* $name:ident $($rest:tt)*) => {
        $(#[$doc])*
        const $name: Marks = 1 << ($at);
        marks!(@ ($at) + 1; $($rest)*);
    };
    ($($all:tt)*) => { marks!(@ 0; $($all)*); };
}

marks! {
    // Characters and what they make together.
    DOLLAR BACKTICK SINGLE DOUBLE BACKSLASH HASH COMMA NEWLINE NON_ASCII
    OR BACKGROUND LESS GREATER HEREDOC PLUS_EQUALS BRACKET DOUBLE_BRACKET DOUBLE_BRACE
    /// `{` that begins no expansion.
    OPEN_BRACE
    /// `$(`
    SUBSTITUTION
    /// `((` and `$[`
    ARITHMETIC
    /// `${` before what is no name, or a name before what no POSIX shell has.
    ODD_BRACES
    /// `${`
    BRACES
    /// `$'`
    ANSI
    /// `$"`
    LOCALE
    /// `$1` to `$9`, and what may be one in braces
    POSITIONAL
    /// `$10` and the like
    POSITIONAL_TEN
    /// `$@`, `$*`, `${x[@]}` and the like
    ALL_ELEMENTS
    /// `$?`
    STATUS
    /// A name before `(`, or `function`.
    PARAMETERS
    /// `(` that begins no substitution.
    PARENTHESIS
    /// `]` behind what is no blank.
    GLUED_CLOSE
    /// `[` before what is no blank.
    GLUED_OPEN
    /// `/*`
    C_COMMENT
    /// `>` before a number.
    NUMBER_TARGET
    /// A redirection to or from a word that begins with a letter.
    NAME_TARGET
    /// `>` that may be about the standard output.
    STDOUT
    /// `&>`, `>&` before what is no number.
    BOTH_TARGET
    /// `<(` and `>(`
    PROCESS
    /// `<<<`
    HERE_STRING
    /// `|&`
    PIPE_BOTH
    /// `*` where a word or a string begins.
    LEADING_STAR
    /// `~` where a string begins.
    QUOTED_TILDE
    /// `=(` and `]=`
    ARRAY
    /// `==`
    DOUBLE_EQUALS
    /// `=~`
    MATCHES
    /// `=` behind a blank.
    SPACED_EQUALS
    /// `@(`, `?(`, `*(`, `+(`, `!(`
    EXTGLOB
    /// `[^`
    CARET
    /// A number that begins with 0.
    LEADING_ZERO
    /// `{` in a word.
    WORD_BRACE
    /// `..`
    DOTS
    /// `\n`, `\r` and `\t`
    CONTROL_ESCAPE
    /// `\!`
    ESCAPED_BANG
    /// `\-`
    ESCAPED_DASH
    /// `%` before a format, and a `q`
    PERCENT_Q
    // Words.
    CHANGES_DIRECTORY TRAP LOCAL SUDO LOOP_CONTROL CASE LET SHELL FIND GREP EVAL EXPORT UNSET
    GETOPTS READ MAPFILE DECLARES ALIAS TEMPFILE IFS SELECT COPROC SOURCE PRINTF BUILTINS
    SHELLCHECK BUILTIN_ARRAY LOOP IF ALWAYS
    // What the commands of the script say.
    /// A command whose name is more than letters.
    ODD_NAME
    /// A function.
    FUNCTION
    /// `(`…`)` as a command.
    SUBSHELL
    /// A test.
    TEST
    /// A test with `<` or `>`.
    LEXICAL
    /// `cd` that neither `&&` nor `||` follows.
    LONE_CD
    /// A builtin with a flag.
    BUILTIN_FLAG
    /// A declaration with `=` in what is no assignment.
    ODD_DECLARATION
    /// A string with a backslash before a letter that no quotes hold.
    GLUED_STRING
    /// A backslash before `n`, `r` or `t` that no quotes hold.
    BARE_ESCAPE
    /// A command of two redirections.
    TWO_REDIRECTS
    /// A part of a pipeline whose output goes elsewhere.
    PIPED_REDIRECT
    /// `exit` with what may be no number.
    ODD_EXIT
    /// `set` with more than letters that every shell knows.
    ODD_SET
    /// `find` or `grep` with a pattern for files.
    SEARCH_GLOB
    /// `find` with `-o`.
    FIND_OR
    /// A test with a pattern for files.
    TEST_GLOB
    /// `[` without `]`.
    OPEN_TEST
    /// A test with a flag that not every shell has.
    TEST_FLAG
    /// `!=` or `-ne`
    NOT_EQUAL
    /// `export "$x"`
    EXPORTED_VALUE
    /// `x=y-z`
    MINUS_VALUE
    /// `x=ls`
    COMMAND_VALUE
    /// `x='"'`
    QUOTED_VALUE
    /// `X=1 command "$X"`
    PREFIXED_USE
    /// `export A=1 B=$A`
    DECLARED_TWICE
    /// `"a"b"c"`
    MIXED_QUOTES
    /// `echo -n`
    ECHO_FLAG
    /// `for a b in`
    ODD_FOR
    /// A variable that is set and may not be used.
    UNUSED
    /// A variable that is used and may not be set.
    UNDEFINED
}

/// What has no mark: a rule that needs it finds something only where the script cannot be read.
const NOTHING: Marks = 0;

/// Of each rule: for each of these at least one mark has to be there.
const NEEDS: &[(Rule, &[Marks])] = &[
    (Rule::UnusedAssignment, &[UNUSED]),
    (Rule::UndefinedVariable, &[UNDEFINED]),
    (
        Rule::UncheckedDirectoryChange,
        &[CHANGES_DIRECTORY, LONE_CD],
    ),
    (
        Rule::UncheckedDirectoryChangeInFunction,
        &[CHANGES_DIRECTORY],
    ),
    (Rule::TrapStringExpansion, &[TRAP]),
    (Rule::TrapSignalNumbers, &[TRAP]),
    (Rule::TrapErr, &[TRAP]),
    (Rule::SignalNameInTrap, &[TRAP]),
    (Rule::LocalTopLevel, &[LOCAL]),
    (Rule::LocalVariableInSh, &[LOCAL]),
    (Rule::LocalDeclareCombined, &[LOCAL]),
    (Rule::LocalCrossReference, &[DECLARED_TWICE]),
    (Rule::SudoRedirectionOrder, &[SUDO, LESS | GREATER]),
    (Rule::LoopControlOutsideLoop, &[LOOP_CONTROL]),
    (Rule::ContinueOutsideLoopInFunction, &[LOOP_CONTROL]),
    (Rule::ConstantCaseSubject, &[CASE]),
    (Rule::CasePatternVar, &[CASE]),
    (Rule::CaseGlobReachability, &[CASE]),
    (Rule::CaseDefaultBeforeGlob, &[CASE]),
    (Rule::BashCaseFallthrough, &[CASE]),
    (Rule::ZshArraySubscriptInCase, &[CASE]),
    (Rule::ExtglobCase, &[CASE]),
    (Rule::ExtglobInCasePattern, &[CASE]),
    (Rule::GetoptsOptionNotInCase, &[GETOPTS]),
    (Rule::CaseArmNotInGetopts, &[GETOPTS]),
    (Rule::GetoptsInvalidFlagHandler, &[GETOPTS]),
    (
        Rule::LeadingZeroArithmetic,
        &[
            LEADING_ZERO,
            ARITHMETIC | ODD_BRACES | GLUED_OPEN | DOUBLE_BRACKET | LET | DECLARES,
        ],
    ),
    (Rule::PositionalTenBraces, &[POSITIONAL_TEN]),
    (Rule::PositionalParamAsOperator, &[POSITIONAL, ARITHMETIC]),
    (Rule::MissingBracketSpace, &[GLUED_CLOSE, TEST | ODD_NAME]),
    (
        Rule::MissingSpaceBeforeBracketClose,
        &[GLUED_CLOSE, TEST | ODD_NAME],
    ),
    (Rule::JammedTestBracket, &[GLUED_OPEN, ODD_NAME]),
    (Rule::BraceVariableBeforeBracket, &[GLUED_OPEN, DOLLAR]),
    (Rule::BrokenTestEnd, &[OPEN_TEST]),
    (Rule::BrokenTestParse, &[OPEN_TEST]),
    (Rule::LinebreakInTest, &[BRACKET, NEWLINE]),
    (Rule::UnterminatedIf, &[NOTHING]),
    (Rule::MissingFi, &[NOTHING]),
    (Rule::IfMissingThen, &[NOTHING]),
    (Rule::LoopWithoutEnd, &[NOTHING]),
    (Rule::MissingDoneInForLoop, &[NOTHING]),
    (Rule::DanglingElse, &[NOTHING]),
    (Rule::UntilMissingDo, &[NOTHING]),
    (Rule::IfBracketGlued, &[NOTHING]),
    (Rule::LinebreakBeforeAnd, &[NOTHING]),
    (Rule::ElseWithoutThen, &[NOTHING]),
    (Rule::MissingSemicolonBeforeBrace, &[NOTHING]),
    (Rule::BareClosingBrace, &[NOTHING]),
    (Rule::EmptyFunctionBody, &[NOTHING]),
    (Rule::ZshBraceIf, &[OPEN_BRACE, IF]),
    (Rule::ZshAlwaysBlock, &[OPEN_BRACE, ALWAYS]),
    (Rule::CPrototypeFragment, &[BACKGROUND]),
    (Rule::AmpersandSemicolon, &[BACKGROUND]),
    (Rule::ZshRedirPipe, &[BACKGROUND]),
    (Rule::OpenDoubleQuote, &[DOUBLE | SINGLE, NEWLINE]),
    (Rule::CStyleComment, &[C_COMMENT, ODD_NAME]),
    (Rule::BadRedirectionFdOrder, &[NUMBER_TARGET]),
    (Rule::RedirectToCommandName, &[NAME_TARGET]),
    (Rule::DuplicateRedirect, &[TWO_REDIRECTS]),
    (Rule::StderrBeforeStdoutRedirect, &[TWO_REDIRECTS]),
    (Rule::RedirectBeforePipe, &[PIPED_REDIRECT]),
    (
        Rule::ArithmeticRedirectionTarget,
        &[LESS | GREATER, ARITHMETIC],
    ),
    (Rule::SubstWithRedirect, &[SUBSTITUTION | BACKTICK, STDOUT]),
    (
        Rule::SubstWithRedirectErr,
        &[SUBSTITUTION | BACKTICK, STDOUT],
    ),
    (Rule::DiffMarkerLine, &[ODD_NAME | ESCAPED_DASH]),
    (Rule::TemplateBraceInCommand, &[ODD_NAME | DOUBLE_BRACE]),
    (Rule::AssignSpecialZero, &[ODD_NAME]),
    (
        Rule::AssignmentToNumericVariable,
        &[ODD_NAME | ODD_DECLARATION],
    ),
    (Rule::PlusPrefixInAssignment, &[ODD_NAME | ODD_DECLARATION]),
    (Rule::BadVarName, &[ODD_NAME]),
    (Rule::IfDollarCommand, &[ODD_NAME]),
    (Rule::BacktickInCommandPosition, &[BACKTICK]),
    (Rule::BackslashBeforeClosingBacktick, &[BACKTICK, BACKSLASH]),
    (Rule::InvalidExitStatus, &[ODD_EXIT]),
    (Rule::StatusCaptureAfterBranchTest, &[STATUS | ODD_BRACES]),
    (Rule::TautologyChain, &[OR, NOT_EQUAL]),
    (Rule::NestedParameterExpansion, &[ODD_BRACES]),
    (Rule::IndirectExpansion, &[ODD_BRACES]),
    (Rule::ArrayReference, &[ODD_BRACES]),
    (Rule::SubstringExpansion, &[ODD_BRACES]),
    (Rule::CaseModificationExpansion, &[ODD_BRACES]),
    (Rule::ReplacementExpansion, &[ODD_BRACES]),
    (Rule::ArrayKeysInSh, &[ODD_BRACES]),
    (Rule::ZshFlagExpansion, &[ODD_BRACES]),
    (Rule::NestedZshSubstitution, &[ODD_BRACES]),
    (Rule::ZshNestedExpansion, &[ODD_BRACES]),
    (Rule::ZshParameterFlag, &[ODD_BRACES]),
    (Rule::ZshParameterIndexFlag, &[ODD_BRACES]),
    (Rule::StarGlobRemovalInSh, &[ALL_ELEMENTS]),
    (Rule::UnquotedDollarStar, &[ALL_ELEMENTS]),
    (Rule::UnquotedArrayExpansion, &[ALL_ELEMENTS | ODD_BRACES]),
    (Rule::PositionalArgsInString, &[ALL_ELEMENTS | ODD_BRACES]),
    (Rule::QuotedArraySlice, &[ALL_ELEMENTS | ODD_BRACES]),
    (
        Rule::QuotedDollarStarLoop,
        &[DOUBLE, DOLLAR | BACKTICK, LOOP],
    ),
    (Rule::DoubleParenGrouping, &[ARITHMETIC]),
    (Rule::StandaloneArithmetic, &[ARITHMETIC]),
    (Rule::CStyleForInSh, &[ARITHMETIC]),
    (
        Rule::CStyleForArithmeticInSh,
        &[ARITHMETIC | ODD_BRACES | GLUED_OPEN],
    ),
    (Rule::LegacyArithmeticInSh, &[ARITHMETIC]),
    (
        Rule::BasePrefixInArithmetic,
        &[HASH, ARITHMETIC | ODD_BRACES | GLUED_OPEN | TEST],
    ),
    (Rule::UnicodeQuoteInString, &[NON_ASCII]),
    (Rule::UnicodeSingleQuoteInSingleQuotes, &[NON_ASCII]),
    (Rule::CommentedContinuationLine, &[HASH, NEWLINE]),
    (Rule::TrailingDirective, &[HASH, SHELLCHECK]),
    (Rule::QuotedBashRegex, &[DOUBLE_BRACKET]),
    (Rule::GlobInStringComparison, &[DOUBLE_BRACKET]),
    (Rule::DoubleBracketInSh, &[DOUBLE_BRACKET]),
    (Rule::ExtglobInTest, &[EXTGLOB | PARENTHESIS, TEST]),
    (Rule::ExtglobInSh, &[EXTGLOB]),
    (Rule::CaretNegationInBracket, &[CARET]),
    (
        Rule::LexicalComparisonInDoubleBracket,
        &[DOUBLE_BRACKET | LEXICAL],
    ),
    (Rule::RegexMatchInSh, &[MATCHES]),
    (Rule::TestEqualityOperator, &[DOUBLE_EQUALS, TEST]),
    (Rule::VTestInSh, &[DOUBLE_BRACKET | TEST_FLAG]),
    (Rule::ATestInSh, &[DOUBLE_BRACKET | TEST_FLAG]),
    (Rule::OptionTestInSh, &[DOUBLE_BRACKET | TEST_FLAG]),
    (Rule::StickyBitTestInSh, &[DOUBLE_BRACKET | TEST_FLAG]),
    (Rule::OwnershipTestInSh, &[DOUBLE_BRACKET | TEST_FLAG]),
    (Rule::EscapedNegationInTest, &[ESCAPED_BANG, TEST]),
    (Rule::GlobInTestComparison, &[DOUBLE_BRACKET | TEST_GLOB]),
    (Rule::TildeInStringComparison, &[QUOTED_TILDE]),
    (Rule::GlobInFindSubstitution, &[FIND, SEARCH_GLOB]),
    (Rule::FindOrWithoutGrouping, &[FIND_OR]),
    (Rule::FindExecDirWithShell, &[FIND, SHELL]),
    (Rule::UnquotedGrepRegex, &[GREP, SEARCH_GLOB]),
    (Rule::LeadingGlobInGrepPattern, &[GREP, LEADING_STAR]),
    (Rule::AssignmentLooksLikeComparison, &[MINUS_VALUE]),
    (Rule::BareCommandNameAssignment, &[COMMAND_VALUE]),
    (Rule::AppendWithEscapedQuotes, &[QUOTED_VALUE]),
    (Rule::VariableAsCommandName, &[QUOTED_VALUE]),
    (Rule::EnvPrefixExpansionOnly, &[PREFIXED_USE]),
    (Rule::EnvPrefixCommandOnly, &[PREFIXED_USE]),
    (Rule::ExportWithPositionalParams, &[EXPORTED_VALUE]),
    (Rule::FunctionCalledWithoutArgs, &[FUNCTION]),
    (Rule::FunctionCalledBeforeDefined, &[FUNCTION]),
    (Rule::FunctionKeyword, &[FUNCTION]),
    (Rule::FunctionKeywordInSh, &[FUNCTION]),
    (Rule::FunctionParamsInSh, &[PARAMETERS, SUBSHELL | COPROC]),
    (Rule::FunctionBodyWithoutBraces, &[FUNCTION]),
    (Rule::HyphenatedFunctionName, &[FUNCTION]),
    (Rule::SetFlagsWithoutDashes, &[ODD_SET]),
    (Rule::CshSyntaxInSh, &[ODD_SET]),
    (Rule::PipefailOption, &[ODD_SET]),
    (Rule::ErrexitTrapInSh, &[ODD_SET]),
    (
        Rule::QuotedBashSource,
        &[ARRAY | DECLARES | LOCAL | MAPFILE | READ | COPROC | BUILTIN_ARRAY],
    ),
    (
        Rule::ArrayToStringConversion,
        &[ARRAY | DECLARES | LOCAL | MAPFILE | READ | COPROC | BUILTIN_ARRAY],
    ),
    (Rule::AppendToArrayAsString, &[PLUS_EQUALS]),
    (Rule::PlusEqualsAppend, &[PLUS_EQUALS]),
    (Rule::UnquotedArraySplit, &[ARRAY]),
    (Rule::CommandOutputArraySplit, &[ARRAY]),
    (Rule::CommaArrayElements, &[ARRAY]),
    (Rule::ArrayAssignment, &[ARRAY]),
    (Rule::IfsSetToLiteralBackslashN, &[IFS]),
    (Rule::IfsEqualsAmbiguity, &[IFS]),
    (Rule::UnsetAssociativeArrayElement, &[UNSET]),
    (Rule::UnsetPatternInSh, &[UNSET]),
    (Rule::UnusedHeredoc, &[HEREDOC]),
    (Rule::HeredocMissingEnd, &[HEREDOC]),
    (Rule::IndentedHeredocClose, &[HEREDOC]),
    (Rule::MisquotedHeredocClose, &[HEREDOC]),
    (Rule::HeredocEndSpace, &[HEREDOC]),
    (Rule::SpacedTabstripClose, &[HEREDOC]),
    (Rule::SpacedAssignment, &[SPACED_EQUALS, ODD_DECLARATION]),
    (Rule::EvalOnArray, &[EVAL]),
    (Rule::BareRead, &[READ]),
    (Rule::WaitOption, &[BUILTIN_FLAG]),
    (Rule::DeclareCommand, &[DECLARES | MAPFILE | BUILTINS]),
    (
        Rule::LiteralBackslashInSingleQuotes,
        &[
            SINGLE,
            BACKSLASH,
            GLUED_STRING | CASE | BACKTICK | DOUBLE_BRACKET,
        ],
    ),
    (
        Rule::LiteralControlEscape,
        &[
            CONTROL_ESCAPE,
            BARE_ESCAPE | CASE | BACKTICK | DOUBLE_BRACKET,
        ],
    ),
    (Rule::DeprecatedTempfileCommand, &[TEMPFILE]),
    (Rule::CommandSubstitutionInAlias, &[ALIAS]),
    (Rule::FunctionInAlias, &[ALIAS]),
    (Rule::MixedQuoteWord, &[MIXED_QUOTES | CASE]),
    (Rule::ProcessSubstitution, &[PROCESS]),
    (Rule::AnsiCQuoting, &[ANSI]),
    (Rule::DollarStringInSh, &[LOCALE]),
    (Rule::SelectLoop, &[SELECT]),
    (Rule::BraceExpansion, &[WORD_BRACE, COMMA | DOTS]),
    (Rule::HereString, &[HERE_STRING]),
    (Rule::AmpersandRedirection, &[BOTH_TARGET]),
    (Rule::AmpersandRedirectInSh, &[BOTH_TARGET]),
    (Rule::BraceFdRedirection, &[WORD_BRACE, LESS | GREATER]),
    (Rule::Coproc, &[COPROC]),
    (Rule::LetCommand, &[LET]),
    (Rule::BashFileSlurp, &[SUBSTITUTION | BACKTICK, LESS]),
    (Rule::EchoFlags, &[ECHO_FLAG]),
    (Rule::SourceBuiltinInSh, &[SOURCE]),
    (Rule::SourceInsideFunctionInSh, &[SOURCE]),
    (Rule::SourcedWithArgs, &[SOURCE]),
    (Rule::PrintfQFormatInSh, &[PRINTF, PERCENT_Q]),
    (Rule::PipeStderrInSh, &[PIPE_BOTH]),
    (Rule::MultiVarForLoop, &[ODD_FOR]),
    (
        Rule::SubshellInArithmetic,
        &[
            ARITHMETIC | ODD_BRACES | GLUED_OPEN,
            SUBSTITUTION | BACKTICK,
        ],
    ),
    // Rules that are off unless somebody asks for them.
    (Rule::UnquotedExpansion, &[DOLLAR]),
    (
        Rule::UnquotedCommandSubstitution,
        &[SUBSTITUTION | BACKTICK],
    ),
    (Rule::LegacyBackticks, &[BACKTICK]),
    (Rule::SingleQuotedLiteral, &[SINGLE]),
];

/// Scripts with more text are checked whatever they hold: the parser's limits differ there.
const MOST_BYTES: usize = 16_000;

/// The rules out of `rules` that may find something in a script, given its text as the back end
/// reads it.
pub(super) fn prospects(rules: RuleSet, text: &str, script: &Script) -> RuleSet {
    if text.len() > MOST_BYTES || !script.errors.is_empty() {
        return rules;
    }
    let marks = marks_of(text, script);
    let mut rules = rules;
    for (rule, needs) in NEEDS {
        if needs.iter().any(|any| marks & any == 0) {
            rules.remove(*rule);
        }
    }
    rules
}

/// The marks of a script.
fn marks_of(text: &str, script: &Script) -> Marks {
    let mut marks = marks_of_text(text.as_bytes());
    let own = OwnCode::of(script);
    for command in own.commands() {
        marks |= marks_of_command(command, text);
    }
    for (_, frame) in own.frames() {
        if matches!(frame.kind, FrameKind::Function(_)) {
            marks |= FUNCTION;
        }
        if matches!(frame.kind, FrameKind::Subshell) {
            marks |= SUBSHELL;
        }
        if frame.redirects.len() > 1 {
            marks |= TWO_REDIRECTS;
        }
        if frame.pipeline.is_some() && !frame.redirects.is_empty() {
            marks |= PIPED_REDIRECT;
        }
        marks |= frame
            .words
            .iter()
            .fold(0, |marks, w| marks | marks_of_word(w));
    }
    marks | marks_of_variables(text, &own, marks)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The marks that characters and words make, wherever they stand.
fn marks_of_text(text: &[u8]) -> Marks {
    let at = |index: usize| text.get(index).copied().unwrap_or(b'\n');
    let mut marks = 0;
    let mut word = Letters::default();
    // What quotes and backslashes take apart, put together.
    let mut joined = Letters::default();
    let mut last = b'\n';
    let mut solid = b'\n';
    for (index, &byte) in text.iter().enumerate() {
        let next = at(index + 1);
        if is_name(byte) {
            word.push(byte, last);
            joined.push(byte, last);
            if byte == b'0' && !is_name(last) && next.is_ascii_digit() {
                marks |= LEADING_ZERO;
            }
            // A leading zero may stand behind a base.
            if byte == b'q' {
                marks |= PERCENT_Q;
            }
        } else {
            marks |= word.take();
            let joins = matches!(byte, b'\'' | b'"' | b'\\') || byte == b'\n' && last == b'\\';
            if !joins {
                marks |= joined.take();
            }
            marks |= marks_of_byte(byte, last, solid, &at, index);
        }
        if !is_blank(byte) {
            solid = byte;
        }
        last = byte;
    }
    marks | word.take() | joined.take()
}

/// The marks of a byte that is no letter, given the bytes around it.
fn marks_of_byte(byte: u8, last: u8, solid: u8, at: &impl Fn(usize) -> u8, index: usize) -> Marks {
    let (next, third) = (at(index + 1), at(index + 2));
    let when = |holds: bool, mark: Marks| if holds { mark } else { 0 };
    match byte {
        b'$' => {
            DOLLAR
                | match next {
                    b'(' => SUBSTITUTION,
                    b'[' => ARITHMETIC,
                    b'\'' => ANSI,
                    b'"' => LOCALE,
                    b'@' | b'*' => ALL_ELEMENTS,
                    b'?' => STATUS,
                    b'0'..=b'9' => POSITIONAL | when(third.is_ascii_digit(), POSITIONAL_TEN),
                    b'{' => BRACES | marks_of_braces(at, index + 2),
                    _ => 0,
                }
        }
        b'`' => BACKTICK,
        b'\'' => SINGLE,
        b'"' => DOUBLE,
        b'\\' => {
            BACKSLASH
                | when(matches!(next, b'n' | b'r' | b't'), CONTROL_ESCAPE)
                | when(next == b'-', ESCAPED_DASH)
        }
        b'#' => HASH,
        b'!' => {
            when(last == b'\\', ESCAPED_BANG)
                | when(next == b'(', EXTGLOB)
                | when(next == b'=', NOT_EQUAL)
        }
        b'*' => {
            let begins = is_blank(last) || matches!(last, b'\'' | b'"' | b'\\' | b'(' | b'=');
            when(begins, LEADING_STAR) | when(next == b'(', EXTGLOB) | when(last == b'/', C_COMMENT)
        }
        b'@' | b'?' | b'+' => {
            when(next == b'(', EXTGLOB) | when(byte == b'+' && next == b'=', PLUS_EQUALS)
        }
        b',' => COMMA,
        b'.' => when(next == b'.', DOTS),
        b'~' => when(matches!(last, b'\'' | b'"'), QUOTED_TILDE),
        b'\n' => NEWLINE,
        b'{' => {
            let in_word = last != b'$' && !is_blank(next) && next != b'}';
            when(last != b'$', OPEN_BRACE)
                | when(in_word, WORD_BRACE)
                | when(next == b'{', DOUBLE_BRACE)
        }
        b'(' => {
            // A function's name stands before it, or nothing that could be one.
            let is_named = !matches!(solid, b'$' | b';' | b'&' | b'|' | b'(' | b'<' | b'>' | b'=');
            let is_alone = last != b'$';
            when(next == b'(', ARITHMETIC)
                | when(is_named, PARAMETERS)
                | when(is_alone, PARENTHESIS)
        }
        b'[' => {
            let is_apart = is_blank(next) || next == b'[' && is_blank(third);
            BRACKET
                | when(next == b'[', DOUBLE_BRACKET)
                | when(!is_apart || is_name(last), GLUED_OPEN)
                | when(next == b'^', CARET)
                | when(matches!(next, b'@' | b'*'), ALL_ELEMENTS)
        }
        b']' => {
            when(
                !is_blank(last) && last != b']'
                    || last == b']' && !is_blank(at(index.wrapping_sub(2))),
                GLUED_CLOSE,
            ) | when(next == b'=' || next == b'+', ARRAY)
        }
        b'=' => {
            when(next == b'(', ARRAY)
                | when(next == b'=', DOUBLE_EQUALS)
                | when(next == b'~', MATCHES)
                | when(is_blank(last), SPACED_EQUALS)
        }
        b'|' => when(next == b'|', OR) | when(next == b'&', PIPE_BOTH),
        b'&' if next == b'&' || last == b'&' => 0,
        b'&' if next == b'>' => BOTH_TARGET | BACKGROUND,
        b'&' if matches!(last, b'>' | b'<') => 0,
        b'&' => BACKGROUND,
        b'<' | b'>' => marks_of_redirection(byte, last, at, index),
        0x80.. | 0x7f => NON_ASCII,
        _ => 0,
    }
}

/// The marks of `<` and `>`.
fn marks_of_redirection(byte: u8, last: u8, at: &impl Fn(usize) -> u8, index: usize) -> Marks {
    let next = at(index + 1);
    let mut marks = if byte == b'<' { LESS } else { GREATER };
    if next == b'(' {
        marks |= PROCESS;
    }
    if last == b'}' {
        // `{x}>file` sets a variable.
        marks |= UNUSED;
    }
    if byte == b'<' && next == b'<' {
        marks |= HEREDOC;
        if at(index + 2) == b'<' {
            marks |= HERE_STRING;
        }
    }
    if byte == b'>' && last != b'>' && !matches!(last, b'2'..=b'9') {
        marks |= STDOUT;
    }
    let mut target = index + 1;
    while matches!(at(target), b'<' | b'>' | b'|') {
        target += 1;
    }
    if at(target) == b'&' {
        target += 1;
        if !matches!(at(target), b'0'..=b'9' | b'-') {
            marks |= BOTH_TARGET;
        }
        return marks;
    }
    // A backslash may stand before a line break.
    while matches!(at(target), b' ' | b'\t' | b'\\' | b'\n') && target < index + 200 {
        target += 1;
    }
    match at(target) {
        b'0'..=b'9' => marks |= NUMBER_TARGET | NAME_TARGET,
        b'/' | b'$' | b'"' | b'\'' => {}
        _ => {
            let mut end = target;
            while !is_blank(at(end))
                && !matches!(at(end), b'/' | b';' | b'&' | b'|' | b')' | b'<' | b'>')
            {
                end += 1;
            }
            // No command is called `x.txt`.
            let mut name = (target..end).map(at);
            if at(end) != b'/' && !name.any(|b| b == b'.') {
                marks |= NAME_TARGET;
            }
        }
    }
    marks
}

/// The marks of what stands behind `${`.
fn marks_of_braces(at: &impl Fn(usize) -> u8, start: usize) -> Marks {
    let mut index = start;
    while is_name(at(index)) {
        index += 1;
    }
    let mut marks = 0;
    if at(start).is_ascii_digit() {
        marks |= POSITIONAL;
    }
    if matches!(at(start), b'@' | b'*') {
        marks |= ALL_ELEMENTS;
    }
    let is_plain = index > start
        && match at(index) {
            b'}' | b'-' | b'=' | b'?' | b'+' | b'%' | b'#' => true,
            b':' => matches!(at(index + 1), b'-' | b'=' | b'?' | b'+'),
            _ => false,
        };
    if is_plain { marks } else { marks | ODD_BRACES }
}

/// The marks of a word by its first letters: an array of Bash, or a function that sets a variable.
fn of_prefix(word: &[u8]) -> Marks {
    if word.starts_with(b"BASH_") {
        BUILTIN_ARRAY
    } else if word.starts_with(b"DEFINE_") {
        UNUSED | UNDEFINED
    } else {
        0
    }
}

/// The letters of a word that may mean something to the shell.
#[derive(Default)]
struct Letters {
    text: [u8; Self::MOST],
    len: usize,
    /// The byte before it.
    before: u8,
}

impl Letters {
    /// More than any word has that is looked for.
    const MOST: usize = 12;

    fn push(&mut self, byte: u8, last: u8) {
        if self.len == 0 {
            self.before = last;
        }
        if let Some(slot) = self.text.get_mut(self.len) {
            *slot = byte;
        }
        self.len += 1;
    }

    /// The marks of the word, which ends here.
    fn take(&mut self) -> Marks {
        let len = std::mem::take(&mut self.len);
        let Some(word) = self.text.get(..len) else {
            return of_prefix(&self.text);
        };
        match word {
            b"cd" => CHANGES_DIRECTORY,
            b"pushd" | b"popd" => CHANGES_DIRECTORY | BUILTINS,
            b"trap" => TRAP,
            // `/usr/local` is no command.
            b"local" if !matches!(self.before, b'/' | b'-' | b'.') => LOCAL,
            b"sudo" | b"doas" | b"run0" => SUDO,
            b"break" | b"continue" => LOOP_CONTROL,
            b"case" => CASE,
            b"let" => LET,
            b"sh" | b"bash" | b"dash" | b"ksh" | b"ash" | b"zsh" => SHELL,
            b"find" => FIND,
            b"grep" | b"egrep" | b"fgrep" | b"zgrep" => GREP,
            b"eval" => EVAL,
            b"export" => EXPORT,
            b"readonly" => EXPORT | DECLARES,
            b"unset" => UNSET,
            b"getopts" => GETOPTS,
            b"read" => READ,
            b"mapfile" | b"readarray" => MAPFILE,
            b"declare" | b"typeset" | b"integer" | b"float" => DECLARES,
            b"alias" => ALIAS,
            b"tempfile" => TEMPFILE,
            b"IFS" => IFS,
            b"select" => SELECT | LOOP,
            b"for" => LOOP,
            b"coproc" => COPROC,
            b"source" if self.before != b'-' => SOURCE,
            b"printf" => PRINTF,
            b"function" => PARAMETERS,
            b"ne" => NOT_EQUAL,
            b"shellcheck" | b"shuck" => SHELLCHECK,
            b"if" | b"elif" => IF,
            b"always" => ALWAYS,
            // `find -type f`
            b"ulimit" | b"type" | b"wait" | b"shopt" | b"complete" | b"compgen" | b"caller"
            | b"dirs" | b"disown" | b"suspend"
                if self.before != b'-' =>
            {
                BUILTINS
            }
            b"FUNCNAME" | b"PIPESTATUS" | b"GROUPS" | b"DIRSTACK" | b"COMPREPLY"
            | b"COMP_WORDS" | b"MAPFILE" | b"COPROC" => BUILTIN_ARRAY,
            _ => of_prefix(word),
        }
    }
}

/// The marks of a command, given the text of the script.
fn marks_of_command(command: &Command, text: &str) -> Marks {
    let mut marks = 0;
    if let Some(name) = command.words.first() {
        let is_odd = |b: u8| !(b.is_ascii_alphanumeric() || b"/._:@%".contains(&b));
        let mut bytes = name.raw.bytes().enumerate();
        let is_test = matches!(name.raw.as_str(), "[" | "[[" | "((");
        // What a variable hides is no name that a rule knows, but for a substitution.
        let is_odd = bytes
            .any(|(at, b)| is_odd(b) && !(b"+-".contains(&b) && at > 0 && !name.raw.contains('=')));
        if is_odd && !is_test {
            marks |= ODD_NAME;
        }
    }
    let outputs = command
        .redirects
        .iter()
        .any(|r| r.kind != RedirectKind::Heredoc);
    if command.redirects.len() > 1 {
        marks |= TWO_REDIRECTS;
    }
    if command.pipeline.is_some() && outputs {
        marks |= PIPED_REDIRECT;
    }
    for word in command
        .words
        .iter()
        .chain(command.wrappers.iter().flat_map(|w| &w.words))
    {
        marks |= marks_of_word(word);
    }
    for redirect in &command.redirects {
        marks |= marks_of_word(&redirect.target);
    }
    if CD.contains(&command.name.as_str()) {
        let behind = text.get(command.range.end..).unwrap_or_default();
        let behind = behind.trim_start_matches([' ', '\t']);
        if !behind.starts_with("&&") && !behind.starts_with("||") {
            marks |= LONE_CD;
        }
    }
    marks | marks_of_arguments(command) | marks_of_assignments(command, text)
}

/// Commands that change the directory.
const CD: [&str; 3] = ["cd", "pushd", "popd"];

/// The marks of how a word is quoted.
fn marks_of_word(word: &Word) -> Marks {
    if !word.raw.contains(['"', '\\']) {
        return 0;
    }
    let quotes = word.raw.bytes().filter(|b| *b == b'"').take(4).count();
    let mixed = if quotes == 4 { MIXED_QUOTES } else { 0 };
    mixed | marks_of_escapes(&word.raw)
}

/// The marks of backslashes in a word, those in an expansion counted as if no quotes held them.
fn marks_of_escapes(raw: &str) -> Marks {
    let mut marks = 0;
    let mut quote = None;
    // Whether the string has a backslash.
    let mut escapes = false;
    let mut bytes = raw.bytes().peekable();
    let in_expansion = raw.contains("${") || raw.contains("$(");
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if quote != Some(b'\'') => {
                let escaped = bytes.next();
                let is_bare = quote.is_none() || in_expansion;
                if is_bare && matches!(escaped, Some(b'n' | b'r' | b't')) {
                    marks |= BARE_ESCAPE;
                }
            }
            b'\\' => escapes = true,
            b'\'' | b'"' if quote == Some(byte) => {
                quote = None;
                if escapes && bytes.peek().is_some_and(|b| is_name(*b)) {
                    marks |= GLUED_STRING;
                }
            }
            b'\'' | b'"' if quote.is_none() || in_expansion => {
                quote = Some(byte);
                escapes = false;
            }
            _ => {}
        }
    }
    marks
}

/// The marks of what a command is given.
fn marks_of_arguments(command: &Command) -> Marks {
    let args = command.args();
    let has = |texts: &[&str]| args.iter().any(|w| texts.iter().any(|t| w.is(t)));
    let when = |holds: bool, mark: Marks| if holds { mark } else { 0 };
    let is_pattern =
        |w: &Word| w.glob || w.quoting != Quoting::Wholly && w.raw.contains(['*', '?', '[']);
    let has_glob = || args.iter().any(is_pattern);
    let has_flag = || args.iter().any(|w| w.prefix().starts_with('-'));
    let declared = || {
        let assigned = command
            .assignments
            .iter()
            .filter(|a| a.kind == AssignmentKind::Declared);
        args.iter().filter(|w| w.raw.contains('=')).count() > assigned.count()
    };
    let is_number = |w: &Word| {
        let text = w.literal().unwrap_or_default();
        (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let is_common = |w: &Word| {
        let letters = w.literal().and_then(|text| text.strip_prefix(['-', '+']));
        letters.is_some_and(|l| !l.is_empty() && l.bytes().all(|b| b"abefhkmnuvx".contains(&b)))
    };
    match command.name.as_str() {
        "exit" | "return" => when(!args.iter().all(is_number), ODD_EXIT),
        "set" => when(!args.iter().all(is_common), ODD_SET),
        "find" => when(has_glob(), SEARCH_GLOB) | when(has(&["-o", "-or"]), FIND_OR),
        "[" | "test" | "[[" => {
            let is_open = command.words.first().is_some_and(|w| w.is("["))
                && !args.last().is_some_and(|w| w.is("]"));
            let flags = ["-v", "-a", "-o", "-k", "-O", "-G", "-N", "-R"];
            when(has_glob(), TEST_GLOB)
                | when(is_open, OPEN_TEST)
                | when(has(&flags), TEST_FLAG)
                | when(args.iter().any(|w| w.raw.contains(['<', '>'])), LEXICAL)
                | TEST
        }
        "export" | "readonly" | "declare" | "typeset" | "local" => {
            let hides = args
                .iter()
                .any(|w| w.raw.starts_with('$') || w.raw.starts_with("\"$"));
            when(hides, EXPORTED_VALUE)
                | when(has_flag(), BUILTIN_FLAG)
                | when(declared(), ODD_DECLARATION)
                | when(command.name == "local", LOCAL)
        }
        "read" | "ulimit" | "printf" | "trap" | "type" | "wait" => when(has_flag(), BUILTIN_FLAG),
        "echo" => when(
            args.first().is_some_and(|w| w.prefix().starts_with('-')),
            ECHO_FLAG,
        ),
        "." => when(args.len() > 1, SOURCE),
        name if name.contains("grep") => when(has_glob(), SEARCH_GLOB),
        _ => 0,
    }
}

/// Words for programs that a value may have been meant to run.
const COMMAND_LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz[.";

/// The marks of what a command assigns.
fn marks_of_assignments(command: &Command, text: &str) -> Marks {
    let mut marks = 0;
    for assignment in &command.assignments {
        let raw = assignment.value.raw.as_str();
        marks |= marks_of_word(&assignment.value);
        if raw
            .split_once('-')
            .is_some_and(|(before, _)| before.bytes().all(is_name))
        {
            marks |= MINUS_VALUE;
        }
        if (1..=10).contains(&raw.len()) && raw.bytes().all(|b| COMMAND_LETTERS.contains(&b))
            || raw == "c99"
        {
            marks |= COMMAND_VALUE;
        }
        let has_both = || raw.contains('\'') && raw.contains('"');
        if raw.contains('\\') || has_both() {
            marks |= QUOTED_VALUE;
        }
        let is_prefix = assignment.kind == AssignmentKind::Prefix;
        // Its own name stands there once.
        let is_used = || {
            text.get(command.range.clone()).is_none_or(|t| {
                let name = assignment.name.as_str();
                t.contains('$') && (t.contains("\\\n") || t.matches(name).nth(1).is_some())
            })
        };
        if is_prefix && is_used() {
            marks |= PREFIXED_USE;
        }
    }
    let is_declared = |kind| kind == AssignmentKind::Declared;
    if command.assignments.len() > 1 && command.assignments.iter().any(|a| is_declared(a.kind)) {
        marks |= DECLARED_TWICE;
    }
    marks
}

/// The commands and frames of a script that are not in the script of another shell, which is a word
/// to the back end.
struct OwnCode<'s> {
    script: &'s Script,
    /// For each frame whether it is.
    is_own: Vec<bool>,
}

impl<'s> OwnCode<'s> {
    fn of(script: &'s Script) -> Self {
        let mut is_own: Vec<bool> = Vec::with_capacity(script.frames.len());
        for frame in &script.frames {
            let outer = frame
                .parent
                .is_none_or(|p| is_own.get(p).copied().unwrap_or_default());
            is_own.push(outer && !matches!(frame.kind, FrameKind::Script { .. }));
        }
        Self { script, is_own }
    }

    fn is_own(&self, frame: usize) -> bool {
        self.is_own.get(frame).copied().unwrap_or_default()
    }

    fn commands(&self) -> impl Iterator<Item = &'s Command> {
        self.script.commands.iter().filter(|c| self.is_own(c.frame))
    }

    fn frames(&self) -> impl Iterator<Item = (usize, &'s Frame)> {
        let frames = self.script.frames.iter().enumerate();
        frames.filter(|(id, _)| self.is_own(*id))
    }
}

/// The marks of variables that are set or used alone, and of loops over several.
fn marks_of_variables(text: &str, own: &OwnCode<'_>, marks: Marks) -> Marks {
    let mut found = 0;
    // Where names are set and used without `$`, nothing is known of them.
    let is_hidden =
        marks & (ARITHMETIC | LET | DOUBLE_BRACKET | DECLARES | LOCAL | MAPFILE | TEST_FLAG) != 0;
    if is_hidden
        || marks & (READ | GETOPTS | SELECT) != 0
        || marks & PRINTF != 0 && text.contains("-v")
    {
        found |= UNUSED;
    }
    if is_hidden
        || marks & (ODD_BRACES | COPROC) != 0
        || marks & GLUED_OPEN != 0 && marks & ARRAY != 0
    {
        found |= UNDEFINED;
    }
    let lasts = |a: &Assignment| matches!(a.kind, AssignmentKind::Alone | AssignmentKind::Declared);
    let mut set: HashSet<&str> = HashSet::new();
    let mut used: HashSet<&str> = HashSet::new();
    let mut may_be_unused: Vec<&str> = Vec::new();
    for command in own.commands() {
        for assignment in command.assignments.iter().filter(|a| lasts(a)) {
            set.insert(&assignment.name);
            if command.name != "export" {
                may_be_unused.push(&assignment.name);
            }
        }
        let words = command
            .words
            .iter()
            .chain(command.wrappers.iter().flat_map(|w| &w.words));
        let values = command.assignments.iter().map(|a| &a.value);
        let targets = command.redirects.iter().map(|r| &r.target);
        for word in words.chain(values).chain(targets) {
            used.extend(variables(word));
        }
    }
    for (_, frame) in own.frames() {
        used.extend(frame.words.iter().flat_map(variables));
    }
    if marks & LOOP != 0 {
        let has_loop = own.frames().any(|(_, f)| f.kind == FrameKind::Loop);
        for (name, rest) in loops(text) {
            may_be_unused.push(name);
            if has_loop {
                set.insert(name);
            }
            let rest = rest.trim_start_matches([' ', '\t']);
            let is_plain = ["in ", "in\t", "in\n", ";", "\n", "do"]
                .iter()
                .any(|t| rest.starts_with(t));
            if !is_plain {
                found |= ODD_FOR;
            }
        }
    }
    if may_be_unused.iter().any(|name| !used.contains(name)) {
        found |= UNUSED;
    }
    if marks & DOLLAR != 0 && references(text).any(|name| !set.contains(name)) {
        found |= UNDEFINED;
    }
    found
}

fn variables(word: &Word) -> impl Iterator<Item = &str> {
    word.parts.iter().filter_map(|p| match p {
        WordPart::Variable { name, .. } => Some(name.as_str()),
        _ => None,
    })
}

/// The variables of what look like loops, and what stands behind each.
fn loops(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("for").filter_map(|(at, word)| {
        let rest = text.get(at + word.len()..)?;
        let name = rest.trim_start_matches([' ', '\t', '\\', '\n']);
        if name.len() == rest.len() {
            return None;
        }
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let (name, rest) = name.split_at(end.unwrap_or(name.len()));
        (!name.is_empty()).then_some((name, rest))
    })
}

/// The names in what look like references to variables that are no settings of the environment.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('$').filter_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let rest = rest.trim_start_matches(['#', '!']);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let name = rest.get(..end.unwrap_or(rest.len()))?;
        name.bytes().any(|b| b.is_ascii_lowercase()).then_some(name)
    })
}
