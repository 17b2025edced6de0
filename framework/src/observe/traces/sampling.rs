//! [`Sampling`]: which traces are exported.

/// The lowest bits of a trace's id, which are random (W3C Trace Context, level 2, §3.2.2.3).
const RANDOM_BITS: u32 = 56;

/// Which traces are exported: those whose random bits, as a fraction, are in the upper share, as in OpenTelemetry's
/// consistent sampling; who else samples so chooses the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sampling {
    share: f64,
    /// What a parent says goes before the share.
    follows_parents: bool,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { share: 1.0, follows_parents: true }
    }
}

impl Sampling {
    pub(super) fn with_share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    pub(super) fn regardless_of_parents(self) -> Self {
        Self { follows_parents: false, ..self }
    }

    /// Whether the share is one.
    pub(super) fn is_sound(self) -> bool {
        (0.0..=1.0).contains(&self.share)
    }

    /// The one that OpenTelemetry calls so.
    pub(super) fn named(name: &str, argument: Option<&str>) -> Option<Self> {
        let (name, follows_parents) = match name.strip_prefix("parentbased_") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let share = match name {
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => argument.map_or(Some(1.0), |argument| argument.trim().parse().ok())?,
            _ => return None,
        };
        Some(Self { share, follows_parents }).filter(|sampling| sampling.is_sound())
    }

    /// Whether the trace is exported; `parent` is whether its part that sent the request was sampled.
    pub(crate) fn admits(self, trace_id: u128, parent: Option<bool>) -> bool {
        match parent {
            Some(is_sampled) if self.follows_parents => is_sampled,
            Some(_) | None => {
                let random = u64::try_from(trace_id & ((1 << RANDOM_BITS) - 1)).unwrap_or_default();
                #[expect(clippy::cast_precision_loss, reason = "a share is not exact")]
                let place = random as f64 / (1_u64 << RANDOM_BITS) as f64;
                place >= 1.0 - self.share
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::RequestId;

    #[test]
    fn admits_the_share_of_what_begins_here() {
        for (share, least, most) in [(0.0, 0, 0), (0.25, 2200, 2800), (1.0, 10_000, 10_000)] {
            let sampling = Sampling::default().with_share(share);
            let ids = (0..10_000).map(|_| RequestId::generate().to_trace_bits());
            let admitted = ids.filter(|&id| sampling.admits(id, None)).count();
            assert!((least..=most).contains(&admitted), "{share}: {admitted}");
        }
    }

    #[test]
    fn follows_parents_unless_told_not_to() {
        let none = Sampling::default().with_share(0.0);
        let all = Sampling::default();
        let rows = [
            (none, Some(true), true),
            (none, Some(false), false),
            (all, Some(false), false),
            (none.regardless_of_parents(), Some(true), false),
            (all.regardless_of_parents(), Some(false), true),
        ];
        for (sampling, parent, admits) in rows {
            assert_eq!(sampling.admits(1, parent), admits, "{sampling:?} {parent:?}");
        }
    }

    #[test]
    fn knows_the_names_of_the_specification() {
        let of = |share, follows_parents| Some(Sampling { share, follows_parents });
        let rows = [
            ("always_on", None, of(1.0, false)),
            ("always_off", None, of(0.0, false)),
            ("traceidratio", Some("0.5"), of(0.5, false)),
            ("traceidratio", None, of(1.0, false)),
            ("parentbased_always_on", None, of(1.0, true)),
            ("parentbased_always_off", Some("x"), of(0.0, true)),
            ("parentbased_traceidratio", Some(" 0.1 "), of(0.1, true)),
            ("traceidratio", Some("2"), None),
            ("traceidratio", Some("NaN"), None),
            ("traceidratio", Some("some"), None),
            ("jaeger_remote", None, None),
        ];
        for (name, argument, sampling) in rows {
            assert_eq!(Sampling::named(name, argument), sampling, "{name} {argument:?}");
        }
    }
}
