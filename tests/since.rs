//! What `havesay check --since` and `--staged` say of a change, in repositories made on the spot.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test says what it found by panicking")]

#[path = "support/git.rs"]
mod git;
mod support;

use std::fs;

use git::Repository;
use serde_json::Value;
use support::{Call, FINE, Folder, Told, findings};

/// The rule by which most of these are judged: a payment of less than 20.
const SELECT: &str = "--select=money";

/// A charter; without an id the programme is called by its folder.
fn charter(id: Option<&str>) -> String {
    let id = id.map_or_else(String::new, |id| format!("\"id\": \"{id}\", "));
    format!("{{ {id}\"title\": \"T\", \"stage\": \"discover\", \"participants\": [{{ \"id\": \"p-1\" }}] }}\n")
}

/// Payments of these amounts, called after them.
fn payments(amounts: &[u32]) -> String {
    let one = |amount: &u32| {
        format!(
            "  {{ \"id\": \"pay-{amount}\", \"kind\": \"fee\", \"participant\": \"p-1\", \"amount\": {amount}, \"currency\": \"EUR\" }}"
        )
    };
    format!("[\n{}\n]\n", amounts.iter().map(one).collect::<Vec<_>>().join(",\n"))
}

/// A repository with a programme in each of these folders, which has two findings: payments of 5 and of 6.
fn repository(test: &str, folders: &[&str]) -> Option<Repository> {
    let repository = Repository::new(test)?;
    for folder in folders {
        repository.write(format!("{folder}/programme.json"), charter(Some(&folder.replace('/', "-"))));
        repository.write(format!("{folder}/payments.json"), payments(&[5, 6, 30]));
    }
    repository.commit();
    Some(repository)
}

/// New, gone and unchanged, as the saved audit has them in numbers.
fn brought(told: &Told) -> [u64; 3] {
    let audit = told.json();
    ["new", "gone", "unchanged"].map(|what| {
        let of = &audit["summary"]["change"][what];
        ["error", "warning", "advice"].iter().map(|severity| of[severity].as_u64().unwrap()).sum()
    })
}

/// The same, of small payments alone, as they are listed.
fn paid(told: &Told) -> [usize; 3] {
    let audit = told.json();
    [("findings", "new"), ("gone", "absent"), ("findings", "unchanged")].map(|(list, state)| {
        audit[list].as_array().unwrap().iter().filter(|own| own["rule"] == "money/small" && own["baseline"] == state).count()
    })
}

/// Compares the files with the last commit: payments new, gone and unchanged.
fn since_head(repository: &Repository) -> [usize; 3] {
    paid(&repository.check(&["--since", "HEAD", "-f", "json", SELECT]))
}

#[test]
fn only_what_is_new_is_listed_and_fails_the_run() {
    let Some(repository) = repository("only_what_is_new_is_listed_and_fails_the_run", &["a", "b"]) else { return };
    let args = ["--since", "HEAD", "-f", "concise", "--fail-on", "warning", SELECT];
    let told = repository.check(&args);
    assert_eq!((told.status, findings(&told.out).len()), (0, 0), "{}", told.both());
    assert!(told.out.contains("The change touches no programme."), "{}", told.out);
    assert_eq!(repository.check(&["-f", "concise", "--fail-on", "warning", SELECT]).status, 1, "the backlog fails a whole audit");

    repository.write("a/payments.json", payments(&[5, 7, 30]));
    let told = repository.check(&args);
    assert_eq!(told.status, 1, "{}", told.both());
    assert_eq!(findings(&told.out), ["a/payments.json:3:67: warning[money/small] pay-7 is 7 EUR"]);
    assert!(told.out.contains(": 1 finding is new, 1 is gone, 1 was there before\n"), "{}", told.out);
    assert!(told.out.contains("1 programme that the change does not touch was not audited"), "{}", told.out);
    assert!(told.out.contains("there are new findings at or above"), "{}", told.out);

    let audit = repository.check(&["--since", "HEAD", "-f", "json", SELECT]).json();
    let listed = |list: &str| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        audit[list].as_array().unwrap().iter().map(|own| (text(&own["subject"]["address"]), text(&own["baseline"]))).collect()
    };
    let expected = [("payments/pay-5", "unchanged"), ("payments/pay-7", "new")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(listed("findings"), expected);
    assert_eq!(listed("gone"), [("payments/pay-6".to_owned(), "absent".to_owned())]);
    assert_eq!(audit["gone"][0]["location"]["start"]["line"], 3, "where it was");
    assert_eq!(audit["summary"]["failing"], 0, "a warning fails only where that is asked for");
    assert_eq!(audit["compared_with"]["untouched"], 1);
    assert_eq!(audit["summary"]["findings"]["warning"], 1, "the totals count what is new");
}

#[test]
fn verbose_names_what_is_gone() {
    let Some(repository) = repository("verbose_names_what_is_gone", &["a"]) else { return };
    repository.write("a/payments.json", payments(&[5]));
    let told = repository.check(&["--since", "HEAD", "-v", SELECT]);
    assert!(told.out.contains("gone: a: money/small at payments/pay-6\n"), "{}", told.out);
    assert_eq!(told.status, 0);
}

#[test]
fn records_and_files_are_followed() {
    let name = "records_and_files_are_followed";
    type Change = fn(&Repository) -> &Repository;
    let changes: [(&str, Change, [usize; 3]); 12] = [
        ("the order and the lines of records", |own| own.write("a/payments.json", format!("\n\n{}", payments(&[30, 6, 5]))), [0, 0, 2]),
        (
            "records to another file",
            |own| own.write("a/payments/one.json", payments(&[6])).write("a/payments.json", payments(&[30, 5])),
            [0, 0, 2],
        ),
        ("a register's file into the register's folder", |own| own.rename("a/payments.json", "a/payments/all.json"), [0, 0, 2]),
        ("a programme with an id to another folder", |own| own.rename("a", "deep/er/b"), [0, 0, 2]),
        (
            "a programme with an id to another folder, all files new",
            |own| {
                own.remove("a").write(
                    "b/programme.json",
                    charter(Some("a")).replace("\"T\"", "\"Another title, and a long one at that, so that nothing is alike\""),
                );
                own.write("b/payments.json", payments(&[5, 6]).replace("EUR", "GBP"))
            },
            [0, 0, 2],
        ),
        (
            "a programme without an id to another folder, told to git",
            |own| {
                own.git(["mv", "nameless", "renamed"]);
                own
            },
            [0, 0, 2],
        ),
        ("a programme without an id to another folder, not told to git", |own| own.rename("nameless", "renamed"), [0, 0, 2]),
        (
            "a programme without an id to another folder, with a change",
            |own| own.rename("nameless", "renamed").write("renamed/payments.json", payments(&[6, 7, 30])),
            [1, 1, 1],
        ),
        ("a programme gets an id", |own| own.write("nameless/programme.json", charter(Some("called"))), [0, 0, 2]),
        ("a programme gets another id", |own| own.write("a/programme.json", charter(Some("another"))), [2, 2, 0]),
        ("a programme is gone", |own| own.remove("a"), [0, 2, 0]),
        (
            "a programme is new",
            |own| own.write("new/programme.json", charter(None)).write("new/payments.json", payments(&[1, 2, 3])),
            [3, 0, 0],
        ),
    ];
    for (what, change, expected) in changes {
        let Some(repository) = repository(name, &["a", "other"]) else { return };
        repository.write("nameless/programme.json", charter(None)).write("nameless/payments.json", payments(&[5, 6, 30])).commit();
        change(&repository);
        assert_eq!(since_head(&repository), expected, "{what}, as files");
        repository.git(["add", "-A"]);
        assert_eq!(paid(&repository.check(&["--staged", "-f", "json", SELECT])), expected, "{what}, staged");
        repository.commit();
        assert_eq!(paid(&repository.check(&["--since", "HEAD~1", "-f", "json", SELECT])), expected, "{what}, committed");
    }
}

#[test]
fn two_programmes_that_change_places_are_told_apart_by_their_ids() {
    let Some(repository) = repository("two_programmes_that_change_places", &["a", "b"]) else { return };
    repository.write("a/payments.json", payments(&[5])).write("b/payments.json", payments(&[6])).commit();
    repository.rename("a", "c").rename("b", "a").rename("c", "b");
    assert_eq!(since_head(&repository), [0, 0, 2]);
    let audit = repository.check(&["--since", "HEAD", "-f", "json", SELECT]).json();
    assert_eq!((&audit["programmes"][0]["path"], &audit["programmes"][0]["change"]["was"]), (&"a".into(), &"b".into()));
}

#[test]
fn a_file_that_is_at_fault_is_followed_where_git_sees_that_it_was_renamed() {
    let Some(repository) = repository("a_file_at_fault", &["a"]) else { return };
    repository.write("a/old.json", "[1, 2, 3, 4, 5, 6, 7, 8]\n").commit();
    repository.git(["mv", "a/old.json", "a/new.json"]);
    let told = repository.check(&["--since", "HEAD", "-f", "json", "--select", "record"]);
    assert_eq!(brought(&told)[..2], [0, 0], "{}", told.out);
}

#[test]
fn a_programme_that_is_gone_is_told_with_what_it_had() {
    let Some(repository) = repository("a_programme_that_is_gone", &["a", "b"]) else { return };
    repository.remove("a");
    let told = repository.check(&["--since", "HEAD", SELECT]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.contains("1 programme is gone with all its findings"), "{}", told.out);
    let audit = repository.check(&["--since", "HEAD", "-f", "json", SELECT, "a"]).json();
    assert_eq!(audit["departed"][0]["path"], "a");
    assert_eq!(audit["gone"].as_array().unwrap().len(), 2);
    assert_eq!(audit["programmes"].as_array().unwrap().len(), 0);
}

#[test]
fn settings_and_rules_of_each_state_are_those_of_that_state() {
    let name = "settings_and_rules_of_each_state";
    let Some(repository) = repository(name, &["team/a", "team/b", "c"]) else { return };
    repository.write("team/havesay.toml", "[rule.\"money/small\"]\noff = \"not yet\"\n").commit();
    repository.write("team/havesay.toml", "[rule.\"money/small\"]\nparams = { least = 6 }\n");
    let told = repository.check(&["--since", "HEAD", "-f", "json", SELECT]);
    assert_eq!(brought(&told), [2, 0, 0], "the rule is on now, for payments under 6: one in each of the team's");
    assert_eq!(told.json()["compared_with"]["settings_changed"], true);
    assert_eq!(told.json()["summary"]["programmes"], 2, "the third is under no settings that changed");
    repository.commit();
    repository.remove("team/havesay.toml");
    assert_eq!(since_head(&repository), [2, 0, 2], "payments of 6 count again");
    repository.commit();
    repository.write("README.md", "Nothing to do with settings.\n");
    assert!(repository.check(&["--since", "HEAD", SELECT]).out.contains("The change touches no programme."));

    let page =
        fs::read_to_string(support::toy_rules().join("money/small.md")).unwrap().replace("least: { default: 20, ", "least: { default: 3, ");
    repository.write("policy/rules/pay/tiny.md", &page);
    repository.write("havesay.toml", "rules = [\"policy/rules\"]\n").commit();
    repository.write("policy/rules/pay/tiny.md", page.replace("default: 3", "default: 6"));
    let told = repository.check(&["--since", "HEAD", "-f", "json", "--select", "pay"]);
    assert!(told.status == 0, "{}", told.both());
    assert_eq!(brought(&told), [3, 0, 0], "{}", told.both());
    assert_eq!(told.json()["summary"]["programmes"], 3);
}

#[test]
fn settings_that_were_at_fault_can_be_mended() {
    let Some(repository) = repository("settings_that_were_at_fault", &["a"]) else { return };
    repository.write("havesay.toml", "fail_no = \"error\"\n").commit();
    repository.write("havesay.toml", "fail_on = \"warning\"\n");
    let told = repository.check(&["--since", "HEAD", "-f", "json", SELECT]);
    assert_eq!((told.status, brought(&told)), (0, [0, 0, 2]), "{}", told.err);
    assert!(told.err.contains("the settings or rules of the earlier state are at fault"), "{}", told.err);
    repository.write("havesay.toml", "fail_no = \"warning\"\n");
    let told = repository.check(&["--since", "HEAD", SELECT]);
    assert_eq!((told.status, told.out.as_str()), (2, ""), "{}", told.err);
    assert!(told.err.contains("havesay.toml:1:1"), "{}", told.err);
    repository.git(["add", "-A"]);
    let told = repository.check(&["--staged", SELECT]);
    assert!(told.status == 2 && told.err.contains("havesay: havesay.toml:1:1"), "{}", told.err);
}

#[test]
fn settings_that_are_named_are_those_of_each_state_too() {
    let Some(repository) = repository("settings_that_are_named", &["a"]) else { return };
    repository.write("policy/ci.toml", "[rule.\"money/small\"]\nparams = { least = 6 }\n").commit();
    repository.write("policy/ci.toml", "[rule.\"money/small\"]\nparams = { least = 7 }\n");
    let check = |more: &[&str]| brought(&repository.check(&[&["--since", "HEAD", "-f", "json", SELECT], more].concat()));
    assert_eq!(check(&["--config", "policy/ci.toml"]), [1, 0, 1]);
    assert_eq!(check(&["--isolated"]), [0, 0, 0], "nothing is touched");
    repository.write("a/payments.json", payments(&[5, 6, 7]));
    assert_eq!(check(&["--isolated"]), [1, 0, 2]);
}

/// A waiver of the payment of this amount.
fn waiver(amount: u32, until: &str) -> String {
    format!(
        "[[waiver]]\nrule = \"money/small\"\nprogramme = \"a\"\naddress = \"payments/pay-{amount}\"\nreason_type = \"disputed\"\n\
         reason = \"R\"\napproved_by = \"board\"\napprover_role = \"sponsor\"\ngranted_on = 2026-06-01\nexpires_on = {until}\n"
    )
}

#[test]
fn what_a_waiver_holds_back_is_not_new_and_a_waiver_taken_away_brings_it_back() {
    for place in ["a/havesay.waivers.toml", "havesay.waivers.toml"] {
        let Some(repository) = repository("what_a_waiver_holds_back", &["a", "b"]) else { return };
        // Waivers of the root stand beside settings.
        repository.write("havesay.toml", "").commit();
        let brought = |staged: bool| {
            let state: &[&str] = if staged { &["--staged"] } else { &["--since", "HEAD"] };
            let told = repository.check(&[state, &["-f", "json", SELECT]].concat());
            (paid(&told), told.json()["summary"]["suppressed"].as_u64().unwrap())
        };
        repository.write(place, waiver(5, "2026-12-31"));
        assert_eq!(brought(false).1, 1, "{place}: a waiver is new");
        assert_eq!(brought(false).0[..2], [0, 0], "{place}: what it holds back is neither new nor gone");
        repository.git(["add", "-A"]);
        assert_eq!(brought(true).0[..2], [0, 0], "{place}: staged");
        repository.commit();
        repository.write(place, waiver(6, "2026-12-31"));
        let (paid, suppressed) = brought(false);
        assert_eq!((paid[..2].to_vec(), suppressed), (vec![1, 0], 1), "{place}: what it held back before is new");
        assert_eq!(brought(true), ([0, 0, 0], 0), "{place}: nothing is staged");
        repository.write(place, waiver(5, "2026-06-30"));
        assert_eq!(brought(false).0[..2], [1, 0], "{place}: it has expired");
        repository.commit();
        repository.write("a/payments.json", payments(&[5, 6, 7]));
        assert_eq!(brought(false), ([1, 0, 2], 0), "{place}: that it has expired is no news");
        repository.write(place, "[[waiver]]\n");
        let told = repository.check(&["--since", "HEAD", SELECT]);
        assert!(told.status != 0 && told.both().contains(place), "{place}: {}", told.both());
    }
}

#[test]
fn what_is_staged_is_looked_at_and_not_the_files() {
    let Some(repository) = repository("what_is_staged", &["a"]) else { return };
    let staged = || paid(&repository.check(&["--staged", "-f", "json", SELECT]));
    repository.write("a/payments.json", payments(&[5, 6, 7])).git(["add", "-A"]);
    repository.write("a/payments.json", payments(&[5, 6, 7, 8, 9])).write("a/more/payments.json", payments(&[1]));
    assert_eq!(staged(), [1, 0, 2]);
    assert_eq!(since_head(&repository), [4, 0, 2]);
    // What is only meant to be added later is not staged.
    repository.git(["add", "--intent-to-add", "a/more/payments.json"]);
    assert_eq!(staged(), [1, 0, 2]);
    // Settings count as they are staged.
    repository.write("havesay.toml", "[rule.\"money/small\"]\noff = \"later\"\n");
    assert_eq!(staged(), [1, 0, 2]);
    repository.git(["add", "havesay.toml"]);
    assert_eq!(staged(), [0, 2, 0]);
    repository.write("havesay.toml", "");
    assert_eq!(staged(), [0, 2, 0]);
}

#[test]
fn before_the_first_commit_all_that_is_staged_is_new() {
    let Some(repository) = Repository::new("before_the_first_commit") else { return };
    repository.write("a/programme.json", charter(None)).write("a/payments.json", payments(&[5]));
    assert_eq!(repository.check(&["--staged"]).status, 3, "nothing is staged yet, so there is no programme");
    repository.git(["add", "-A"]);
    let told = repository.check(&["--staged", "-f", "json", SELECT]);
    assert_eq!(paid(&told), [1, 0, 0]);
    assert!(told.json()["compared_with"]["object"].is_null());
    assert!(repository.check(&["--staged", SELECT]).out.contains("nothing (there is no commit yet)"));
    assert_eq!(repository.check(&["--since", "HEAD"]).status, 2);
}

#[test]
fn a_hook_before_a_commit_sees_what_git_is_about_to_commit() {
    let Some(repository) = repository("a_hook_before_a_commit", &["a"]) else { return };
    let hook = format!(
        "#!/bin/sh\nHAVESAY_RULES={} exec {} check --staged --as-of 2026-07-01 --fail-on warning {SELECT} -f concise a >told.txt 2>&1\n",
        support::toy_rules().display(),
        env!("CARGO_BIN_EXE_havesay")
    );
    repository.write(".git/hooks/pre-commit", hook);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(repository.at(".git/hooks/pre-commit"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    repository.write("a/payments.json", payments(&[5, 6, 7])).write("b.txt", "b");
    repository.git(["add", "b.txt"]);
    // The file that is named is committed and checked, from a folder beneath the root, though it is not staged.
    let mut command = git::git(&repository.at("a"));
    let output = command.args(["commit", "-q", "-m", "no", "payments.json"]).output().unwrap();
    assert!(!output.status.success());
    let told = repository.folder().read("told.txt");
    assert_eq!(findings(&told).len(), 1, "{told}");
    let mut command = git::git(&repository.at("a"));
    assert!(command.args(["commit", "-q", "-m", "yes"]).output().unwrap().status.success(), "{}", repository.folder().read("told.txt"));
}

#[test]
fn a_merge_conflict_is_named() {
    let Some(repository) = repository("a_merge_conflict", &["a"]) else { return };
    repository.git(["switch", "-q", "-c", "side"]);
    repository.write("a/payments.json", payments(&[1])).commit();
    repository.git(["switch", "-q", "main"]);
    repository.write("a/payments.json", payments(&[2])).commit();
    assert!(!git::git(repository.folder().path()).args(["merge", "-q", "side"]).output().unwrap().status.success());
    let told = repository.check(&["--staged"]);
    assert_eq!((told.status, told.out.as_str()), (2, ""));
    assert!(told.err.contains("a/payments.json has a merge conflict"), "{}", told.err);
    let told = repository.check(&["--since", "HEAD", "-f", "concise"]);
    assert_eq!(told.status, 3, "the file with the marks cannot be read: {}", told.both());
}

#[test]
fn what_others_did_meanwhile_is_no_part_of_the_change() {
    let Some(repository) = repository("what_others_did_meanwhile", &["a"]) else { return };
    repository.git(["switch", "-q", "-c", "side"]);
    repository.write("a/payments.json", payments(&[5, 6, 7])).commit();
    repository.git(["switch", "-q", "main"]);
    repository.write("a/payments.json", payments(&[30])).commit();
    repository.git(["switch", "-q", "side"]);
    let told = repository.check(&["--since", "main", "-f", "json", SELECT]);
    assert_eq!(brought(&told), [1, 0, 2], "what main mended since is not new here");
    assert_eq!(told.json()["compared_with"]["parted"], true);
    let told = repository.check(&["--since", "main", SELECT]);
    assert!(told.out.contains(", where main and this history parted: 1 finding is new"), "{}", told.out);
}

#[test]
fn git_is_asked_wherever_it_keeps_its_things() {
    let Some(repository) = repository("git_is_asked_wherever", &["programmes/a"]) else { return };
    repository.write("programmes/a/payments.json", payments(&[5, 7])).commit();
    let expected = [1, 1, 1];
    let args = ["check", "--as-of", support::AS_OF, "--since", "HEAD~1", "-f", "json", SELECT];
    let check = |folder: &std::path::Path, more: &[&str]| Call::new(folder, args.iter().chain(more)).toy().run();
    for folder in ["programmes", "programmes/a"] {
        assert_eq!(brought(&check(&repository.at(folder), &[])), expected, "{folder}");
    }
    repository.git(["checkout", "-q", "--detach"]);
    assert_eq!(brought(&check(repository.folder().path(), &[])), expected, "a detached head");

    let elsewhere = tempfile::tempdir().unwrap();
    let tree = elsewhere.path().join("tree");
    repository.git(["worktree", "add", "-q", tree.to_str().unwrap(), "main"]);
    assert_eq!(brought(&check(&tree, &[])), expected, "a worktree");
    assert_eq!(brought(&check(elsewhere.path(), &["tree/programmes"])), expected, "from outside the repository");

    #[cfg(unix)]
    {
        let link = elsewhere.path().join("link");
        std::os::unix::fs::symlink(&tree, &link).unwrap();
        assert_eq!(brought(&check(elsewhere.path(), &["link/programmes/a"])), expected, "over a symbolic link");
    }
}

#[test]
fn a_shallow_clone_works_or_says_what_is_missing() {
    let Some(repository) = repository("a_shallow_clone", &["a"]) else { return };
    repository.write("a/payments.json", payments(&[5, 7])).commit();
    repository.write("a/payments.json", payments(&[5, 7, 8])).commit();
    let elsewhere = tempfile::tempdir().unwrap();
    let source = format!("file://{}", repository.folder().path().display());
    let clone = |depth: &str, name: &str| {
        let mut command = git::git(elsewhere.path());
        assert!(command.args(["clone", "-q", "--depth", depth, &source, name]).output().unwrap().status.success());
        elsewhere.path().join(name)
    };
    let args = |state: &str| ["check", "--as-of", support::AS_OF, "--since", state, "-f", "json", SELECT].map(str::to_owned);
    let check = |folder: &std::path::Path, state: &str| Call::new(folder, args(state)).toy().run();
    let two = clone("2", "two");
    assert_eq!(brought(&check(&two, "HEAD~1")), [1, 0, 2]);
    for (state, said) in
        [("HEAD~2", "HEAD~2 is no commit, branch or tag in this clone, which is shallow"), ("origin/old", "git fetch --deepen=100 origin")]
    {
        let told = check(&two, state);
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{}", told.both());
        assert!(told.err.contains(said) && told.err.contains("git fetch --unshallow origin"), "{}", told.err);
    }
    // Another branch whose beginning is not in the clone.
    let one = clone("1", "one");
    repository.git(["switch", "-q", "-c", "side", "HEAD~1"]);
    repository.write("a/payments.json", payments(&[5])).commit();
    let mut fetch = git::git(&one);
    assert!(fetch.args(["fetch", "-q", "--depth", "1", "origin", "side:refs/remotes/origin/side"]).output().unwrap().status.success());
    let told = check(&one, "origin/side");
    assert_eq!(told.status, 2, "{}", told.both());
    assert!(told.err.contains("the point at which origin/side and HEAD parted is not in it"), "{}", told.err);
    let mut fetch = git::git(&one);
    assert!(fetch.args(["fetch", "-q", "--unshallow"]).output().unwrap().status.success());
    let mut fetch = git::git(&one);
    assert!(fetch.args(["fetch", "-q", "origin", "side"]).output().unwrap().status.success());
    assert_eq!(brought(&check(&one, "origin/side")), [1, 0, 2]);
}

#[test]
fn what_cannot_be_compared_is_said_with_what_to_do() {
    let Some(repository) = repository("what_cannot_be_compared", &["a"]) else { return };
    repository.git(["branch", "release"]);
    for (args, status, said) in [
        (&["--since", "relaese"][..], 2, "did you mean release?"),
        (&["--since", "nowhere"], 2, "nowhere is no commit, branch or tag here"),
        (&["--since", "upstream/topic"], 2, "git fetch upstream topic"),
        (&["--since=--help"], 2, "--help is no commit"),
        (&["--since", ""], 2, "is no commit"),
        (&["--since", "HEAD~1..HEAD"], 2, "names a range of commits"),
        (&["--since", "a\u{1b}[31m"], 2, "\\u{1b}"),
        (&["--since", "HEAD", "--staged"], 2, "cannot be used with"),
        (&["--since", "HEAD", "a", "/"], 2, "lies outside the repository"),
        (&["--since", "HEAD", "nothing-here"], 3, "nothing-here does not exist"),
        (&["--since", "HEAD", "bare"], 3, "no programme was found at bare"),
    ] {
        fs::create_dir_all(repository.at("bare")).unwrap();
        let told = repository.check(args);
        assert_eq!(told.status, status, "{args:?}: {}", told.both());
        assert!(told.err.contains(said), "{args:?}: {}", told.err);
        assert!(!told.err.contains('\u{1b}') && !told.err.contains("panicked"), "{}", told.err);
    }
    let told = repository.call(&["--since", "HEAD"]).env("PATH", "/nowhere").run();
    assert_eq!((told.status, told.out.as_str()), (2, ""));
    assert!(told.err.contains("the program git was not found"), "{}", told.err);

    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("programme.json"), FINE).unwrap();
    let told = Call::new(elsewhere.path(), ["check", "--since", "HEAD"]).run();
    assert!(told.status == 2 && told.err.contains("lies in no git repository"), "{}", told.both());
    let bare = elsewhere.path().join("bare");
    let source = repository.folder().path().to_owned();
    assert!(git::git(elsewhere.path()).args(["clone", "-q", "--bare"]).arg(&source).arg(&bare).output().unwrap().status.success());
    let told = Call::new(&bare, ["check", "--since", "HEAD"]).run();
    assert!(told.status == 2 && told.err.contains("has no files, only their history"), "{}", told.both());
}

#[test]
fn bytes_that_git_lost_are_a_fault_and_nothing_is_half_written() {
    let Some(repository) = repository("bytes_that_git_lost", &["a"]) else { return };
    let object = repository.git(["rev-parse", "HEAD:a/payments.json"]);
    repository.write("a/payments.json", payments(&[5])).commit();
    fs::remove_file(repository.at(format!(".git/objects/{}/{}", &object[..2], &object[2..]))).unwrap();
    let told = repository.check(&["--since", "HEAD~1", "-o", "json=audit.json"]);
    assert_eq!((told.status, told.out.as_str()), (2, ""), "{}", told.both());
    assert!(told.err.contains("git does not have the earlier version of a/payments.json"), "{}", told.err);
    assert!(!repository.at("audit.json").exists());
}

#[test]
fn names_may_hold_whatever_a_file_system_takes() {
    let Some(repository) = Repository::new("names_may_hold_whatever") else { return };
    let folders = ["with space", "quote\"and'", "line\nend", "tab\there", "é-ü", "-dash", "a:(glob)b", "*star*", "back\\slash", "#1"];
    for folder in folders {
        repository
            .write(format!("{folder}/programme.json"), charter(None))
            .write(format!("{folder}/payments/x {folder}.json"), payments(&[5]));
    }
    repository.commit();
    for folder in folders {
        repository.write(format!("{folder}/payments/x {folder}.json"), payments(&[5, 6]));
    }
    let many = folders.len();
    assert_eq!(since_head(&repository), [many, 0, many]);
    for folder in folders {
        repository.rename(folder, &format!("moved/{folder}"));
    }
    assert_eq!(since_head(&repository), [many, 0, many], "moved, and changed");
    repository.git(["add", "-A"]);
    assert_eq!(paid(&repository.check(&["--staged", "-f", "json", SELECT])), [many, 0, many]);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_are_told_like_in_a_whole_audit() {
    use std::os::unix::ffi::OsStrExt;
    let Some(repository) = repository("names_that_are_not_utf_8", &["a"]) else { return };
    let name = std::ffi::OsStr::from_bytes(b"a/pay\xffments.json");
    repository.write(name, payments(&[1]));
    repository.commit();
    repository.write("a/payments.json", payments(&[5, 6, 7]));
    let told = repository.check(&["--since", "HEAD", "-f", "json"]);
    assert_eq!((told.status, brought(&told)[0]), (0, 1), "it could be read in neither state: {}", told.both());
}

#[test]
fn what_git_ignores_stands_in_both_states_and_what_is_not_added_yet_is_new() {
    let Some(repository) = repository("what_git_ignores", &["a"]) else { return };
    repository.write("a/participants.json", "[{ \"id\": \"p-2\" }]\n").write(".gitignore", "participants.json\n").commit();
    repository.write("a/payments.json", payments(&[5, 6, 30]).replace("p-1", "p-2")).commit();
    repository.write("a/payments.json", payments(&[5, 6, 7]).replace("p-1", "p-2"));
    let check = |args: &[&str]| brought(&repository.check(&[args, &["-f", "json"]].concat()));
    let [new, gone, _] = check(&["--since", "HEAD"]);
    assert_eq!((new, gone), (1, 0), "nothing is said of people who are kept out of git");
    let [new, gone, _] = check(&["--since", "HEAD", "--no-ignore"]);
    assert_eq!((new, gone), (1, 0), "read in both states");
    repository.git(["add", "-A"]);
    let [new, gone, _] = check(&["--staged", "--no-ignore"]);
    assert_eq!((new, gone), (1, 0));
    repository.write("a/more/payments.json", payments(&[1]));
    assert_eq!(check(&["--since", "HEAD", SELECT])[0], 2, "not added yet, and new");
    assert_eq!(check(&["--staged", SELECT])[0], 1, "not staged, and no part of it");
}

#[test]
fn a_repository_within_the_repository_stands_in_both_states() {
    let Some(repository) = repository("a_repository_within", &["a"]) else { return };
    repository.write("a/within/payments.json", payments(&[1]));
    let mut command = git::git(&repository.at("a/within"));
    assert!(command.args(["init", "-q"]).output().unwrap().status.success());
    repository.write("a/payments.json", payments(&[5, 6, 7]));
    assert_eq!(since_head(&repository), [1, 0, 3]);
    let whole = repository.check(&["-f", "json", SELECT]).json();
    assert_eq!(whole["summary"]["findings"]["warning"], 4, "as a whole audit reads it");
}

#[test]
fn a_file_that_could_not_be_read_before_makes_no_audit_incomplete() {
    let Some(repository) = repository("a_file_that_could_not_be_read", &["a"]) else { return };
    repository.write("a/sessions.json", "{ not json").commit();
    assert_eq!(repository.check(&["-f", "concise"]).status, 3, "a whole audit is incomplete");
    repository.write("a/payments.json", payments(&[5, 6]));
    let told = repository.check(&["--since", "HEAD", "-f", "concise"]);
    assert_eq!(told.status, 0, "{}", told.both());
    repository.write("a/participants.json", "{ not json");
    let told = repository.check(&["--since", "HEAD", "-f", "concise"]);
    assert_eq!(told.status, 3, "{}", told.both());
    repository.remove("a/participants.json").write("a/sessions.json", "[]");
    let told = repository.check(&["--since", "HEAD", "-f", "concise"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.contains("1 file could not be judged as a whole before"), "{}", told.out);
}

#[test]
fn what_cannot_be_judged_any_more_is_not_said_to_be_mended() {
    let Some(repository) = repository("what_cannot_be_judged", &["a"]) else { return };
    repository.write("a/payments.json", payments(&[5, 6])).commit();
    repository.write("a/payments.json", "<<<<<<< HEAD\n[]");
    let told = repository.check(&["--since", "HEAD", "-f", "concise"]);
    assert_eq!(told.status, 3, "{}", told.both());
    assert!(told.out.contains("1 file cannot be judged as a whole any more, so some of what is gone may still be there"), "{}", told.out);
}

#[test]
fn a_part_of_a_programme_is_shown_and_all_of_it_compared() {
    let Some(repository) = repository("a_part_of_a_programme", &["a"]) else { return };
    repository.write("a/payments.json", payments(&[5, 7])).write("a/more/payments.json", payments(&[6, 8]));
    let check = |path: &str| brought(&repository.check(&["--since", "HEAD", "-f", "json", SELECT, path]));
    assert_eq!(check("a"), [2, 0, 2], "6 moved to another file");
    assert_eq!(check("a/more"), [1, 0, 1]);
    assert_eq!(check("a/payments.json"), [1, 0, 1]);
}

#[test]
fn a_filter_gives_what_a_checkout_would() {
    let Some(repository) = Repository::new("a_filter") else { return };
    repository.git(["config", "filter.turn.clean", "tr 0-9 5-90-4"]);
    repository.git(["config", "filter.turn.smudge", "tr 5-90-4 0-9"]);
    repository.write(".gitattributes", "payments.json filter=turn\n*.json eol=crlf\n");
    repository.write("a/programme.json", charter(None)).write("a/payments.json", payments(&[5, 6])).commit();
    assert!(!repository.git(["show", "HEAD:a/payments.json"]).contains("pay-5"), "git keeps something else");
    repository.write("a/payments.json", payments(&[6, 7]));
    assert_eq!(since_head(&repository), [1, 1, 1]);
}

#[test]
fn what_is_said_does_not_depend_on_threads_and_can_be_rendered_again() {
    let folders: Vec<String> = (0..12).map(|number| format!("p-{number}")).collect();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let Some(repository) = repository("what_is_said_does_not_depend_on_threads", &folders) else { return };
    for (number, folder) in folders.iter().enumerate() {
        match number % 4 {
            0 => repository.write(format!("{folder}/payments.json"), payments(&[5, 8])),
            1 => repository.rename(folder, &format!("moved/{folder}")),
            2 => repository.remove(folder),
            _ => &repository,
        };
    }
    let check = |threads: &str| repository.check(&["--since", "HEAD", "--threads", threads, "-f", "json"]);
    let one = check("1");
    for threads in ["2", "7"] {
        assert_eq!(check(threads).out, one.out, "{threads} threads");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("audit.json"), &one.out).unwrap();
    let report = |format: &str| Call::new(elsewhere.path(), ["report", "audit.json", "--to", format]).run();
    assert_eq!(report("json").out, one.out);
    for format in ["full", "concise", "markdown", "sarif", "junit", "csv", "github", "gitlab", "jsonl"] {
        let fresh = repository.check(&["--since", "HEAD", "-f", format]);
        assert_eq!(report(format).out, fresh.out, "{format}");
    }
}

#[test]
fn git_is_told_nothing_and_writes_nothing() {
    let Some(repository) = repository("git_is_told_nothing", &["a"]) else { return };
    repository.rename("a", "b").write("b/payments.json", payments(&[5, 6, 7]));
    let listed = || {
        let mut files: Vec<(std::path::PathBuf, Vec<u8>)> = Vec::new();
        let mut open = vec![repository.folder().path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.path().is_dir() { open.push(entry.path()) } else { files.push((entry.path(), fs::read(entry.path()).unwrap())) }
            }
        }
        files.sort();
        files
    };
    let before = listed();
    assert_eq!(repository.check(&["--since", "HEAD"]).status, 0);
    assert_eq!(repository.check(&["--staged"]).status, 0);
    for (was, is) in before.iter().zip(listed()) {
        assert!(*was == is, "{} and {} are not as they were", was.0.display(), is.0.display());
    }
    assert_eq!(listed().len(), before.len());
}

/// A folder that is no repository of its own is none of git's.
#[test]
fn a_folder_without_a_history_is_no_repository() {
    let folder = Folder::new().with("a/programme.json", FINE);
    let told = support::check(&folder, &["--since", "HEAD"]);
    assert_eq!((told.status, told.out.as_str()), (2, ""));
}
