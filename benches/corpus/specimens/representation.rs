//! Specimens of the rules `representation/…`.

use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "representation/reference-population-missing",
        // A share that is at fault leaves open whether the frame is whole.
        apart: &["record/shares-do-not-sum"],
        sow: |kit, bad| {
            kit.of.bent.no_frame_date = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/priority-segment-absent",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("wheelchair");
            let participant = match guest.participant.clone() {
                Value::Object(pairs) => Value::Object(
                    pairs
                        .into_iter()
                        .map(|(key, value)| if key == "attributes" { (key, value.with("mobility", "wheelchair")) } else { (key, value) })
                        .collect(),
                ),
                other => other,
            };
            kit.come(Guest { participant, ..guest });
            kit.row("quotas", object! { "attribute": "mobility", "value": "wheelchair", "must_include": true });
            if bad {
                kit.row("quotas", object! { "attribute": "mobility", "value": "bedridden", "must_include": true });
            }
            "programme/quotas[attribute=mobility,value=bedridden]".into()
        },
    },
    Specimen {
        rule: "representation/segment-underrepresented",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.one_reach_short = bad;
            "programme/reference_population/attributes[name=reach]/segments[value=by post]".into()
        },
    },
    Specimen {
        rule: "representation/composition-departs-from-frame",
        apart: &[],
        sow: |kit, bad| {
            // Enough people for the whole to be striking, too few for any one segment to be.
            if kit.of.blocks > 5 || kit.kinds > 12 {
                return String::new();
            }
            kit.blocks_min = 2;
            kit.of.bent.departs_from_frame = bad;
            "programme/reference_population/attributes[name=device]".into()
        },
    },
    Specimen {
        rule: "representation/voice-concentrated",
        apart: &[],
        sow: |kit, bad| {
            // With fewer, too little is said by each for the rule to judge.
            kit.blocks_min = 2;
            kit.of.bent.one_voice = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/single-recruitment-channel",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.one_channel = bad;
            "programme".into()
        },
    },
];
