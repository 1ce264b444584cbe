#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn what_helps_support_is_shown_and_what_is_personal_is_not() {
    let sent = json!({
        "profile": "PFnubeAFCiudadano", "scratchcard": "1256948", "email": "person@example.org",
        "given_name": "Specimen", "serial_number": "12345678Z", "mobile_phone_number": "+34611223344",
        "username": "rao", "password": "KEEPOUT", "pin": "KEEPOUT", "secrets": { "status": "KEEPOUT", "x": true },
        "videoid_data": { "images": { "document_front": "AAAA" }, "security_checks": { "liveliness": true } },
        "error": "Too many requests for person@example.org with 12345678Z",
    });
    let shown = body(&serde_json::to_vec(&sent).unwrap());
    assert_eq!(shown["profile"], "PFnubeAFCiudadano");
    assert_eq!(shown["scratchcard"], "1256948");
    assert_eq!(shown["videoid_data"]["security_checks"]["liveliness"], true);
    assert_eq!(
        shown["videoid_data"]["images"]["document_front"],
        "*** (4 characters)"
    );
    assert_eq!(shown["secrets"], "***");
    assert_eq!(shown["error"], "Too many requests for *** with ***");
    let text = shown.to_string();
    for hidden in [
        "person",
        "Specimen",
        "12345678Z",
        "611223344",
        "KEEPOUT",
        "AAAA",
        "\"rao\"",
    ] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
}

#[test]
fn queries_show_the_harmless() {
    let url =
        Url::parse("https://h/api/?scratchcard=1&page=2&email=a%40b.org&given_name=X").unwrap();
    assert_eq!(
        query(&url),
        json!({ "scratchcard": "1", "page": "2", "email": "***", "given_name": "***" })
    );
}

proptest! {
    #[test]
    fn a_text_under_an_unknown_name_never_shows(name in "[a-z_]{1,12}", value in "[A-Za-z0-9]{6,40}") {
        prop_assume!(!SHOWN.contains(&name.as_str()));
        let shown = body(json!({ &name: &value, "data": [{ &name: [&value] }] }).to_string().as_bytes()).to_string();
        prop_assert!(!shown.contains(&value));
    }
}
