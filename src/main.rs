//! The command `pilotwire`.

fn main() -> std::process::ExitCode {
    pilotwire::cli::main()
}
