//! The short form of each scenario of load and abuse; `cargo xtask soak` runs the long ones.

use fingerpost_soak::{Form, Ground, SCENARIOS, find};

use super::programs::program;

/// Runs the scenario `name`; every figure that has a bound keeps it.
#[track_caller]
fn check(name: &str) {
    let scenario = find(name).unwrap();
    let ground = Ground::new(program("probe").parent().unwrap());
    let report = match (scenario.run)(&ground, Form::Short) {
        Ok(report) => report,
        Err(reason) => panic!("{name}: {reason}"),
    };
    let broken: Vec<_> = report.broken().map(ToString::to_string).collect();
    assert_eq!(broken, [""; 0], "{name}, {}", report.done);
}

/// A test for each scenario, so that they run beside each other and fail by name.
macro_rules! scenarios {
    ($($test:ident = $name:literal;)*) => {
        $(
            #[test]
            fn $test() {
                check($name);
            }
        )*

        #[test]
        fn has_a_test_for_each_scenario() {
            let names: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

scenarios! {
    sheds_slow_clients = "slow";
    serves_what_is_open_at_each_cap = "caps";
    streams_large_bodies = "bodies";
    keeps_idle_connections = "idle";
    loses_no_request_in_a_drain = "drain";
    restarts_unnoticed = "restart";
    serves_with_all_layers = "stack";
}
