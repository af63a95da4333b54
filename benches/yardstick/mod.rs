//! The yardstick: the plain typed, borrowing `serde_json` parse that reading the records costs anyone.
//!
//! What a programmer would write who wants the data and nothing else: unknown fields are ignored, nothing
//! is judged, and text is borrowed from the file wherever it holds no escapes.

#![allow(dead_code, missing_docs, reason = "the fields are described in schema/records.json, and nothing reads them here")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use serde::Deserialize;

/// Free text: borrowed unless it holds escapes.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A list that may be left out.
pub type List<T> = Option<Vec<T>>;

/// What a file holds, by its name and, below a register's folder, its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A charter, with any of the registers.
    Charter,
    /// A list of the records of one register.
    Register(Register),
    /// One record.
    Record(Register),
    /// An object of registers.
    Bundle,
}

/// Declares the registers: the word that names files, and the type of one record.
macro_rules! registers {
    ($($variant:ident $word:literal $record:ident),* $(,)?) => {
        /// A register.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Register { $($variant),* }

        impl Register {
            fn named(word: &str) -> Option<Self> {
                match word { $($word => Some(Register::$variant),)* _ => None }
            }
        }

        /// Parses a file of the kind, and counts its records; a charter is one.
        ///
        /// # Errors
        /// Where the file is no JSON, or not what its kind promises.
        pub fn parse(kind: Kind, bytes: &[u8]) -> Result<usize, serde_json::Error> {
            match kind {
                Kind::Charter => serde_json::from_slice::<Charter>(bytes).map(|charter| black_box(charter).records() + 1),
                Kind::Bundle => serde_json::from_slice::<Bundle>(bytes).map(|bundle| black_box(bundle).records()),
                $(
                    Kind::Register(Register::$variant) => {
                        serde_json::from_slice::<Vec<$record>>(bytes).map(|records| black_box(records).len())
                    }
                    Kind::Record(Register::$variant) => {
                        serde_json::from_slice::<$record>(bytes).map(|record| { black_box(record); 1 })
                    }
                )*
            }
        }
    };
}

registers! {
    Participants "participants" Participant,
    Team "team" Member,
    Roles "roles" Role,
    Bodies "bodies" Body,
    Waves "waves" Wave,
    Consents "consents" Consent,
    Payments "payments" Payment,
    Sprints "sprints" Sprint,
    Sessions "sessions" Session,
    Contributions "contributions" Contribution,
    Insights "insights" Insight,
    Artefacts "artefacts" Artefact,
    Decisions "decisions" Decision,
    Outcomes "outcomes" Outcome,
    Gates "gates" Gate,
    Metrics "metrics" Metric,
    Tallies "tallies" Tally,
    Feedback "feedback" Message,
    Agreements "agreements" Agreement,
    Publications "publications" Publication,
    Incidents "incidents" Incident,
}

/// The kind of a file, from its path within the corpus and its content; none where it is no record file.
#[must_use]
pub fn kind(path: &Path, bytes: &[u8]) -> Option<Kind> {
    let stem = path.file_stem()?.to_str()?;
    if path.extension()? != "json" {
        return None;
    }
    let folder = path.parent()?.components().rev().find_map(|part| Register::named(part.as_os_str().to_str()?));
    Some(match (stem, folder, Register::named(stem)) {
        ("programme", _, _) => Kind::Charter,
        (_, Some(register), _) if bytes.first() == Some(&b'[') => Kind::Register(register),
        (_, Some(register), _) => Kind::Record(register),
        (_, None, Some(register)) => Kind::Register(register),
        (_, None, None) => Kind::Bundle,
    })
}

/// Declares the two objects that hold registers.
macro_rules! holders {
    ($($holder:ident),*) => { $(
        impl $holder<'_> {
            /// The records of all its registers.
            fn records(&self) -> usize {
                fn count<T>(list: &List<T>) -> usize {
                    list.as_ref().map_or(0, Vec::len)
                }
                count(&self.participants)
                    + count(&self.team)
                    + count(&self.roles)
                    + count(&self.bodies)
                    + count(&self.waves)
                    + count(&self.consents)
                    + count(&self.payments)
                    + count(&self.sprints)
                    + count(&self.sessions)
                    + count(&self.contributions)
                    + count(&self.insights)
                    + count(&self.artefacts)
                    + count(&self.decisions)
                    + count(&self.outcomes)
                    + count(&self.gates)
                    + count(&self.metrics)
                    + count(&self.tallies)
                    + count(&self.feedback)
                    + count(&self.agreements)
                    + count(&self.publications)
                    + count(&self.incidents)
            }
        }
    )* };
}
holders!(Charter, Bundle);

/// A file with several registers.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Bundle<'a> {
    pub participants: List<Participant<'a>>,
    pub team: List<Member<'a>>,
    pub roles: List<Role<'a>>,
    pub bodies: List<Body<'a>>,
    pub waves: List<Wave<'a>>,
    pub consents: List<Consent<'a>>,
    pub payments: List<Payment<'a>>,
    pub sprints: List<Sprint<'a>>,
    pub sessions: List<Session<'a>>,
    pub contributions: List<Contribution<'a>>,
    pub insights: List<Insight<'a>>,
    pub artefacts: List<Artefact<'a>>,
    pub decisions: List<Decision<'a>>,
    pub outcomes: List<Outcome<'a>>,
    pub gates: List<Gate<'a>>,
    pub metrics: List<Metric<'a>>,
    pub tallies: List<Tally<'a>>,
    pub feedback: List<Message<'a>>,
    pub agreements: List<Agreement<'a>>,
    pub publications: List<Publication<'a>>,
    pub incidents: List<Incident<'a>>,
}

/// A charter, with the registers that are kept inside it.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Charter<'a> {
    pub records: Option<u64>,
    pub id: &'a str,
    pub title: Option<Text<'a>>,
    pub kind: Option<&'a str>,
    pub profile: Option<&'a str>,
    pub stage: Option<&'a str>,
    pub participation_level: Option<&'a str>,
    pub promise: Option<Text<'a>>,
    pub purpose: Option<Text<'a>>,
    pub purpose_version: Option<u64>,
    pub purpose_changed_on: Option<&'a str>,
    pub topics: List<Topic<'a>>,
    pub journey: Option<Journey<'a>>,
    pub fit_rationale: List<&'a str>,
    pub method: List<&'a str>,
    pub sponsor: Option<&'a str>,
    pub claims: List<ClaimRow<'a>>,
    pub started_on: Option<&'a str>,
    pub pauses: List<PauseRow<'a>>,
    pub population: Option<&'a str>,
    pub sensitivity: Option<&'a str>,
    pub impact_assessment: Option<&'a str>,
    pub support_contact: Option<&'a str>,
    pub capability_transfer: Option<&'a str>,
    pub independent_facilitation: Option<Answer<'a>>,
    pub policies: List<PolicyRow<'a>>,
    pub budget: List<BudgetRow<'a>>,
    pub rate_card: List<RateRow<'a>>,
    pub plan: Option<Plan>,
    pub selection_goal: Option<&'a str>,
    pub inclusion_criteria: List<Text<'a>>,
    pub exclusion_criteria: List<Text<'a>>,
    pub reference_population: Option<ReferencePopulation<'a>>,
    pub quotas: List<QuotaRow<'a>>,
    pub panel: Option<Panel<'a>>,
    pub evaluation: Option<Evaluation<'a>>,
    pub data_assets: List<DataAssetRow<'a>>,
    pub note: Option<Text<'a>>,
    pub participants: List<Participant<'a>>,
    pub team: List<Member<'a>>,
    pub roles: List<Role<'a>>,
    pub bodies: List<Body<'a>>,
    pub waves: List<Wave<'a>>,
    pub consents: List<Consent<'a>>,
    pub payments: List<Payment<'a>>,
    pub sprints: List<Sprint<'a>>,
    pub sessions: List<Session<'a>>,
    pub contributions: List<Contribution<'a>>,
    pub insights: List<Insight<'a>>,
    pub artefacts: List<Artefact<'a>>,
    pub decisions: List<Decision<'a>>,
    pub outcomes: List<Outcome<'a>>,
    pub gates: List<Gate<'a>>,
    pub metrics: List<Metric<'a>>,
    pub tallies: List<Tally<'a>>,
    pub feedback: List<Message<'a>>,
    pub agreements: List<Agreement<'a>>,
    pub publications: List<Publication<'a>>,
    pub incidents: List<Incident<'a>>,
    #[serde(rename = "$schema")]
    pub schema: Option<&'a str>,
    pub nothing_fixed: Option<Answer<'a>>,
    pub scope_level: Option<&'a str>,
    pub method_reason: Option<Text<'a>>,
    pub policy_owner: Option<&'a str>,
    pub keeping: List<KeepingRow<'a>>,
    pub closed_on: Option<&'a str>,
    pub ended_as: Option<&'a str>,
    pub inherits_from: List<&'a str>,
    pub portfolio: Option<&'a str>,
    pub cited_by: List<Text<'a>>,
    pub imported_on: List<&'a str>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct PauseRow<'a> {
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub reason: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Topic<'a> {
    pub id: &'a str,
    pub title: Option<Text<'a>>,
    pub negotiable: Option<bool>,
    pub reason: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Journey<'a> {
    pub name: Option<Text<'a>>,
    pub friction: Option<Text<'a>>,
    pub cost_or_risk: Option<Text<'a>>,
    pub org_units: List<Text<'a>>,
    pub phases: List<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct ClaimRow<'a> {
    pub what: Option<&'a str>,
    pub value: Option<f64>,
    #[serde(rename = "where")]
    pub where_: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Answer<'a> {
    pub answer: Option<bool>,
    pub reason: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct PolicyRow<'a> {
    pub kind: Option<&'a str>,
    pub version: Option<Text<'a>>,
    pub in_force_from: Option<&'a str>,
    pub uri: Option<&'a str>,
    pub adopted_by: Option<Text<'a>>,
    pub covers: List<&'a str>,
    pub reason: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct BudgetRow<'a> {
    pub kind: Option<&'a str>,
    pub amount: Option<f64>,
    pub currency: Option<&'a str>,
    pub funds: Option<&'a str>,
    pub reason: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct RateRow<'a> {
    pub floor: Option<f64>,
    pub unit: Option<&'a str>,
    pub currency: Option<&'a str>,
    pub effective_from: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
pub struct Plan {
    pub session_count: Option<u64>,
    pub participant_count: Option<u64>,
    pub session_hours: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct ReferencePopulation<'a> {
    pub source: Option<Text<'a>>,
    pub as_of: Option<&'a str>,
    pub attributes: List<CharacteristicRow<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct CharacteristicRow<'a> {
    pub name: Option<Text<'a>>,
    pub segments: List<ReferenceSegmentRow<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct ReferenceSegmentRow<'a> {
    pub value: Option<Text<'a>>,
    pub share: Option<f64>,
    pub target_share: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct QuotaRow<'a> {
    pub attribute: Option<Text<'a>>,
    pub value: Option<Text<'a>>,
    pub min: Option<u64>,
    pub must_include: Option<bool>,
    pub underserved: Option<bool>,
    pub max: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Panel<'a> {
    pub kind: Option<&'a str>,
    pub required_types: List<&'a str>,
    pub retention_goal: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Evaluation<'a> {
    pub design: Option<&'a str>,
    pub comparison: Option<Text<'a>>,
    pub positive: List<Text<'a>>,
    pub negative: List<Text<'a>>,
    pub influence: Option<Text<'a>>,
    pub reflection: Option<Text<'a>>,
    pub reason: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct DataAssetRow<'a> {
    pub kind: Option<Text<'a>>,
    pub lawful_basis: Option<&'a str>,
    pub controller: Option<Text<'a>>,
    pub shared_with: List<Text<'a>>,
    pub stored_in: Option<Text<'a>>,
    pub collected_on: Option<&'a str>,
    pub retention_months: Option<u64>,
    pub deleted_on: Option<&'a str>,
    pub legal_hold: Option<bool>,
    pub special_categories: List<Text<'a>>,
    pub special_category_condition: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Participant<'a> {
    pub id: &'a str,
    pub types: List<&'a str>,
    pub status: Option<&'a str>,
    pub left_reason: Option<&'a str>,
    pub invited_on: Option<&'a str>,
    pub joined_on: Option<&'a str>,
    pub left_on: Option<&'a str>,
    pub attributes: Option<BTreeMap<&'a str, Text<'a>>>,
    pub age_band: Option<Text<'a>>,
    pub age_under: Option<u64>,
    pub languages: List<&'a str>,
    pub access_needs: List<AccessNeedRow<'a>>,
    pub pay_eligibility: Option<&'a str>,
    pub workload_relief: Option<Text<'a>>,
    pub channel: Option<&'a str>,
    pub wave: Option<&'a str>,
    pub credit_preference: Option<&'a str>,
    pub briefed_on: Option<&'a str>,
    pub recorded_at: Option<&'a str>,
    pub same_as: Option<&'a str>,
    pub ahead_of_need: Option<Text<'a>>,
    pub workaround: Option<Text<'a>>,
    pub hours_agreed: Option<f64>,
    pub trained_in: List<&'a str>,
    pub note: Option<Text<'a>>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct AccessNeedRow<'a> {
    pub need: Option<Text<'a>>,
    pub adjustment: Option<Text<'a>>,
    pub met: Option<bool>,
    pub withdrawn_on: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Member<'a> {
    pub id: &'a str,
    pub side: Option<&'a str>,
    pub organisation: Option<Text<'a>>,
    pub functions: List<&'a str>,
    pub interests_declared: Option<bool>,
    pub same_as: Option<&'a str>,
    pub trained_in: List<&'a str>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Role<'a> {
    pub id: &'a str,
    pub kind: Option<&'a str>,
    pub held_by: List<&'a str>,
    pub from: Option<&'a str>,
    pub decision_rights: List<DecisionRightRow<'a>>,
    pub to: Option<&'a str>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct DecisionRightRow<'a> {
    pub topic: Option<&'a str>,
    pub right: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Body<'a> {
    pub id: &'a str,
    pub name: Option<Text<'a>>,
    pub kind: Option<&'a str>,
    pub mandate: Option<&'a str>,
    pub rule: Option<&'a str>,
    pub quorum: Option<u64>,
    pub seats: List<SeatRow<'a>>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct SeatRow<'a> {
    pub person: Option<&'a str>,
    pub voting: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Wave<'a> {
    pub id: &'a str,
    pub channel: Option<&'a str>,
    pub opened_on: Option<&'a str>,
    pub closed_on: Option<&'a str>,
    pub segments: List<WaveSegmentRow<'a>>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct WaveSegmentRow<'a> {
    pub attribute: Option<Text<'a>>,
    pub value: Option<Text<'a>>,
    pub invited: Option<u64>,
    pub applied: Option<u64>,
    pub selected: Option<u64>,
    pub accepted: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Consent<'a> {
    pub id: &'a str,
    pub participant: Option<&'a str>,
    pub state: Option<&'a str>,
    pub purposes: List<&'a str>,
    pub refused_purposes: List<&'a str>,
    pub separate_answers: Option<bool>,
    pub given_on: Option<&'a str>,
    pub reconfirmed_on: Option<&'a str>,
    pub withdrawn_on: Option<&'a str>,
    pub valid_until: Option<&'a str>,
    pub notice_version: Option<Text<'a>>,
    pub language: Option<&'a str>,
    pub method: Option<&'a str>,
    pub withdrawal_method: Option<&'a str>,
    pub controller: Option<Text<'a>>,
    pub recipients: List<Text<'a>>,
    pub retention_months: Option<u64>,
    pub lawful_basis: Option<&'a str>,
    pub explicit: Option<bool>,
    pub guardian_consent: Option<bool>,
    pub child_assent: Option<bool>,
    pub purpose_version: Option<u64>,
    pub on_pay_receipt: Option<bool>,
    pub note: Option<Text<'a>>,
    pub necessary_purposes: List<&'a str>,
    pub special_categories: List<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Payment<'a> {
    pub id: &'a str,
    pub participant: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub for_session: Option<&'a str>,
    pub hours: Option<f64>,
    pub preparation_hours: Option<f64>,
    pub travel_hours: Option<f64>,
    pub amount: Option<f64>,
    pub currency: Option<&'a str>,
    pub required_purposes: List<&'a str>,
    pub offered_on: Option<&'a str>,
    pub earned_on: Option<&'a str>,
    pub paid_on: Option<&'a str>,
    pub declined_by_participant: Option<bool>,
    pub recorded_at: Option<&'a str>,
    pub recipients_count: Option<u64>,
    pub for_task: Option<Text<'a>>,
    pub rate_factor: Option<f64>,
    pub prepaid: Option<bool>,
    pub blocked_by: Option<&'a str>,
    pub note: Option<Text<'a>>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Sprint<'a> {
    pub id: &'a str,
    pub kind: Option<&'a str>,
    pub hypothesis: Option<Text<'a>>,
    pub metric: Option<&'a str>,
    pub started_on: Option<&'a str>,
    pub timebox_weeks: Option<f64>,
    pub ended_on: Option<&'a str>,
    pub outputs: List<&'a str>,
    pub paused_days: Option<f64>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Session<'a> {
    pub id: &'a str,
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    pub date: Option<&'a str>,
    pub start: Option<&'a str>,
    pub end: Option<&'a str>,
    pub mode: Option<&'a str>,
    pub influence_points: List<&'a str>,
    pub modes: List<&'a str>,
    pub sprint: Option<&'a str>,
    pub facilitators: List<&'a str>,
    pub recording: Option<&'a str>,
    pub invited_on: Option<&'a str>,
    pub breaks: Option<u64>,
    pub agenda: List<AgendaItemRow<'a>>,
    pub attendance: List<AttendanceRow<'a>>,
    pub tests: List<&'a str>,
    pub note: Option<Text<'a>>,
    pub objective: Option<Text<'a>>,
    pub tools: List<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct AgendaItemRow<'a> {
    pub item: Option<Text<'a>>,
    pub proposed_by: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct AttendanceRow<'a> {
    pub person: Option<&'a str>,
    pub capacity: Option<&'a str>,
    pub hours: Option<f64>,
    pub costs: List<CostRow<'a>>,
    pub substitute_for: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct CostRow<'a> {
    pub kind: Option<&'a str>,
    pub amount: Option<f64>,
    pub currency: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Contribution<'a> {
    pub id: &'a str,
    pub by: List<&'a str>,
    pub session: Option<&'a str>,
    pub in_reply_to: Option<&'a str>,
    pub made_on: Option<&'a str>,
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    pub text: Option<Text<'a>>,
    pub ip_class: Option<&'a str>,
    pub disposition: Option<&'a str>,
    pub disposition_reason: Option<Text<'a>>,
    pub disposed_on: Option<&'a str>,
    pub disposed_by: List<&'a str>,
    pub review_on: Option<&'a str>,
    pub cluster: Option<&'a str>,
    pub recorded_at: Option<&'a str>,
    pub on_behalf_of: Option<Text<'a>>,
    pub amount_requested: Option<f64>,
    pub currency: Option<&'a str>,
    pub note: Option<Text<'a>>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Insight<'a> {
    pub id: &'a str,
    pub statement: Option<Text<'a>>,
    pub evidence_type: Option<&'a str>,
    pub recorded_on: Option<&'a str>,
    pub validated_on: Option<&'a str>,
    pub validated_with: List<&'a str>,
    pub from: List<&'a str>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Artefact<'a> {
    pub id: &'a str,
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    pub made_on: Option<&'a str>,
    pub status: Option<&'a str>,
    pub layers: List<&'a str>,
    pub derived_from: List<&'a str>,
    pub uri: Option<&'a str>,
    pub layers_reason: Option<Text<'a>>,
    pub dependencies: List<Text<'a>>,
    pub reused_by: List<Text<'a>>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Decision<'a> {
    pub id: &'a str,
    pub title: Option<Text<'a>>,
    pub topic: Option<&'a str>,
    pub scope: Option<&'a str>,
    pub status: Option<&'a str>,
    pub decided_on: Option<&'a str>,
    pub decided_by: List<&'a str>,
    pub commitment: Option<&'a str>,
    pub amount: Option<f64>,
    pub currency: Option<&'a str>,
    pub draws_on: Option<&'a str>,
    pub agreed_by: List<&'a str>,
    pub recommended_by: List<&'a str>,
    pub input_from: List<&'a str>,
    pub exercised_by_proxy: Option<&'a str>,
    pub basis: Option<&'a str>,
    pub informed_by: List<&'a str>,
    pub options: List<Text<'a>>,
    pub dissent: Option<Text<'a>>,
    pub rationale: Option<Text<'a>>,
    pub participation_level: Option<&'a str>,
    pub recorded_at: Option<&'a str>,
    pub reframed_from: Option<Text<'a>>,
    pub decided_in: Option<&'a str>,
    pub informed: List<&'a str>,
    pub rationale_in: List<&'a str>,
    pub due_on: Option<&'a str>,
    pub note: Option<Text<'a>>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Outcome<'a> {
    pub id: &'a str,
    pub kind: Option<&'a str>,
    pub owner: Option<&'a str>,
    pub implements: List<&'a str>,
    pub status: Option<&'a str>,
    pub reach: Option<&'a str>,
    pub started_on: Option<&'a str>,
    pub due_on: Option<&'a str>,
    pub shipped_on: Option<&'a str>,
    pub dropped_on: Option<&'a str>,
    pub dropped_reason: Option<Text<'a>>,
    pub serves: List<ServedGroupRow<'a>>,
    pub tickets: List<&'a str>,
    pub test_cases: List<&'a str>,
    pub training: List<&'a str>,
    pub derived_from: List<&'a str>,
    pub preservation: Option<&'a str>,
    pub credits: List<CreditRow<'a>>,
    pub ambition: Option<&'a str>,
    pub concerns: Option<Text<'a>>,
    pub extent: Option<&'a str>,
    pub amount: Option<f64>,
    pub currency: Option<&'a str>,
    pub training_reason: Option<Text<'a>>,
    pub high_stakes: Option<bool>,
    pub uses_ai: Option<bool>,
    pub trained_on: List<&'a str>,
    pub measure_again_on: Option<&'a str>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct ServedGroupRow<'a> {
    pub attribute: Option<Text<'a>>,
    pub value: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct CreditRow<'a> {
    pub participant: Option<&'a str>,
    #[serde(rename = "as")]
    pub as_: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Gate<'a> {
    pub id: &'a str,
    pub stage: Option<&'a str>,
    pub held_on: Option<&'a str>,
    pub criteria: List<GateFindingRow<'a>>,
    pub outcome: Option<&'a str>,
    pub approvers: List<&'a str>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct GateFindingRow<'a> {
    pub criterion: Option<&'a str>,
    pub finding: Option<Text<'a>>,
    pub reason: Option<Text<'a>>,
    pub evidence: List<&'a str>,
    pub judged_by: List<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Metric<'a> {
    pub id: &'a str,
    pub name: Option<Text<'a>>,
    pub level: Option<&'a str>,
    pub criterion: Option<&'a str>,
    pub scope: Option<&'a str>,
    pub unit: Option<Text<'a>>,
    pub headline: Option<bool>,
    pub population: Option<&'a str>,
    pub defined_on: Option<&'a str>,
    pub defined_with: List<&'a str>,
    pub baseline: Option<Baseline<'a>>,
    pub target: Option<f64>,
    pub measurements: List<MeasurementRow<'a>>,
    pub of: List<&'a str>,
    pub measures: Option<&'a str>,
    pub activity_count: Option<bool>,
    pub prescribed: Option<bool>,
    pub broken_down_by: List<Text<'a>>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Baseline<'a> {
    pub value: Option<f64>,
    pub on: Option<&'a str>,
    pub none_exists: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct MeasurementRow<'a> {
    pub on: Option<&'a str>,
    pub value: Option<f64>,
    pub n: Option<u64>,
    pub population: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Tally<'a> {
    pub id: &'a str,
    pub question: Option<Text<'a>>,
    pub closed_on: Option<&'a str>,
    pub eligible: Option<u64>,
    pub cast: Option<u64>,
    pub threshold: Option<f64>,
    pub options: List<TallyOptionRow<'a>>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct TallyOptionRow<'a> {
    pub option: Option<&'a str>,
    #[serde(rename = "for")]
    pub for_: Option<u64>,
    pub against: Option<u64>,
    pub label: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Message<'a> {
    pub id: &'a str,
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub recipients: List<&'a str>,
    pub sent_on: Option<&'a str>,
    pub covers: List<&'a str>,
    pub channel: Option<Text<'a>>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Agreement<'a> {
    pub id: &'a str,
    pub kind: Option<&'a str>,
    pub parties: List<&'a str>,
    pub signed_on: Option<&'a str>,
    pub ip_terms: Option<Text<'a>>,
    pub benefit_terms: Option<Text<'a>>,
    pub benefits: List<BenefitRow<'a>>,
    pub direction: Option<&'a str>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct BenefitRow<'a> {
    pub to: Option<Text<'a>>,
    pub kind: Option<Text<'a>>,
    pub due_on: Option<&'a str>,
    pub delivered_on: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Publication<'a> {
    pub id: &'a str,
    pub kind: Option<&'a str>,
    pub audience: Option<&'a str>,
    pub published_on: Option<&'a str>,
    pub features: List<&'a str>,
    pub tables: List<TableRow<'a>>,
    pub quasi_identifiers: List<Text<'a>>,
    pub smallest_group_count: Option<u64>,
    pub uri: Option<&'a str>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct TableRow<'a> {
    pub name: Option<Text<'a>>,
    pub counts_people: Option<bool>,
    pub total: Option<u64>,
    pub cells: List<CellRow<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct CellRow<'a> {
    pub label: Option<Text<'a>>,
    pub count: Option<u64>,
    pub suppressed: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Incident<'a> {
    pub id: &'a str,
    pub kind: Option<&'a str>,
    pub on: Option<&'a str>,
    pub severity: Option<Text<'a>>,
    pub followed_up_on: Option<&'a str>,
    pub closed_on: Option<&'a str>,
    pub note: Option<Text<'a>>,
    pub recorded_at: Option<&'a str>,
    pub source: Option<Text<'a>>,
}

/// What is kept of a register, and where.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct KeepingRow<'a> {
    pub register: Option<&'a str>,
    pub kept: Option<&'a str>,
    pub r#where: Option<&'a str>,
    pub reason: Option<Text<'a>>,
}
