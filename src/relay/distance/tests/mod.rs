//! Schemes against what is known of them from elsewhere.

mod inceptions;
mod oracle;
mod tiny;
#[test]
fn debug() {
    use crate::relay::command::*;
    use crate::relay::distance::*;
    use crate::relay::fault::*;
    let ns = Span::from_ns;
    let line = crate::relay::line::Line {
        breaker: ns(17),
        external_clearing: ns(0),
        parallel: false,
        ..crate::relay::line::tests::line()
    };
    let t = tiny::Tiny {
        line,
        pieces: [vec![(50, None), (5, None)], vec![(50, None), (5, Some(15))]],
        settings: Settings {
            scheme: Scheme::Dtt,
            command: Command {
                send: ns(0),
                receive: ns(5),
                message: ns(4),
                recovery: ns(0),
                fail_after: ns(0),
                on_failure: OnFailure::Off,
                replacement: Replacement::Rejected,
            },
            directions: [true, true],
            pickup: ns(0),
            reset: ns(0),
            zone2_delay: ns(40),
            coordination: ns(0),
            send_minimum: ns(0),
            block_extension: ns(0),
            reversal_guard: ns(0),
            weak: None,
            echo_delay: ns(0),
            guard_loss: ns(0),
            unblocking_window: ns(0),
        },
    };
    let ways = t.ways();
    println!("{:?}", ways);
    for at in [
        0, 17999, 18000, 18001, 19000, 30000, 34999, 35000, 36000, 40000,
    ] {
        let fault = Fault {
            at: SimTime(at),
            place: Place::Inside(100000000),
        };
        println!("{at} {:?}", t.settings.answer(&ways, &t.line, fault));
    }
    println!("{:?}", t.settings.instants(&ways, &t.line));
}
