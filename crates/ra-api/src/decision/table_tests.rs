use serde_json::json;

use super::*;

const STATES: [&str; 10] = [
    "CREATED",
    "VIDEOPENDING",
    "VIDEOINCOMPLETE",
    "VIDEOERROR",
    "VIDEOREVIEW",
    "ENROLLREADY",
    "ISSUED",
    "RENEWED",
    "CANCELLED",
    "ARCHIVED",
];

#[allow(clippy::unwrap_used)]
fn request(state: &str, videoid: Option<&str>) -> RequestRecord {
    let videoid = videoid.map(|status| json!({ "pk": 9, "status": status }));
    serde_json::from_value(json!({ "pk": 5, "status": state, "videoid_data": videoid })).unwrap()
}

/// One letter for each state: `A` allowed, `T` took place, `x` excluded, `.` neither.
fn line(verdict: Verdict<'_>, videoid: Option<&str>) -> String {
    STATES
        .iter()
        .map(|state| {
            let request = request(state, videoid);
            let allowed = allows(&verdict, &request);
            let letter = match shown(&verdict, &request) {
                Shown::There => 'T',
                Shown::NotYet => 'A',
                Shown::Excluded => 'x',
                Shown::Unclear => '.',
            };
            // Never sent where it took place already, or can take place no more.
            assert_eq!(allowed, letter == 'A', "{verdict:?} {state} {videoid:?}");
            letter
        })
        .collect()
}

#[test]
fn each_verdict_in_each_state() {
    let refuse = Verdict::Refuse { reason: "blurred" };
    let approve = Verdict::Approve { lang: "es" };
    // In the order of STATES: created, pending, incomplete, error, review, ready, issued, renewed, cancelled, unknown.
    for (verdict, videoid, expected) in [
        (Verdict::Validate, None, "T...ATTTx."),
        (Verdict::Validate, Some("REVIEW"), "T...ATTTx."),
        (Verdict::Validate, Some("SOMETHING"), "T...ATTTx."),
        (Verdict::Validate, Some("VALIDATED"), "TTTTTTTTTT"),
        (Verdict::Validate, Some("REFUSED"), "xxxxxTTTxx"),
        (refuse, None, "....Axxxx."),
        (refuse, Some("REVIEW"), "....Axxxx."),
        (refuse, Some("VALIDATED"), "xxxxxxxxxx"),
        (refuse, Some("REFUSED"), "TTTTTTTTTT"),
        (approve, None, "....ATTTx."),
        (approve, Some("REVIEW"), "....ATTTx."),
        (approve, Some("VALIDATED"), "A...ATTTx."),
        (approve, Some("REFUSED"), "xxxxxTTTxx"),
        (Verdict::Cancel, None, "AAAAAxxxT."),
        (Verdict::Cancel, Some("VALIDATED"), "AAAAAxxxT."),
        (Verdict::Cancel, Some("REFUSED"), "AAAAAxxxT."),
    ] {
        assert_eq!(line(verdict, videoid), expected, "{verdict:?} {videoid:?}");
    }
}
