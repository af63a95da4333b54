//! `havesay explain` and `havesay rules`.

use super::{ExplainArgs, RulesArgs, exit, out};

pub(super) fn explain(_: &ExplainArgs) -> u8 {
    exit::FAULT
}
pub(super) fn rules(_: &RulesArgs) -> u8 {
    out("")
}
