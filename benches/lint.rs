//! Time of each step: reading, facts, linting, and every report.

fn main() {
    divan::main();
}
