fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap();
        let source = dlint::span::Source::from_bytes(&path, bytes);
        let file = dlint::syntax::parse(&source);
        let build = Default::default();
        let facts = dlint::facts::Facts::of(&source, &file, &build);
        for r in dlint::hadolint::read(&facts, &Default::default()) {
            println!("{path}\t{}\t{}", r.line, r.code);
        }
    }
}
