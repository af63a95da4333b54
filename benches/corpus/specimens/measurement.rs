//! Specimens of the rules `measurement/…`.

use crate::corpus::kit::Specimen;

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[Specimen {
    rule: "measurement/level-missing",
    apart: &[],
    sow: |kit, bad| {
        kit.of.bent.no_equity_metric = bad;
        "programme".into()
    },
}];
