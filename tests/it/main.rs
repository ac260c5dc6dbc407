//! Tests of the whole, through the library's front door and the command line.

mod scenario_shipped;
