//! What was looked up, proved or attested stands only as long as what it is about.

use crate::{Case, Check, CheckResult, Field, ImageKind};

/// What a register is asked.
const REGISTER_FIELDS: [Field; 9] = [
    Field::IdDocumentType,
    Field::IdDocumentCountry,
    Field::IdDocumentNumber,
    Field::SerialNumber,
    Field::GivenName,
    Field::Surname1,
    Field::Surname2,
    Field::BirthDate,
    Field::IdDocumentValidity,
];

const SELFIE: [ImageKind; 1] = [ImageKind::DocumentOwner];
const DOCUMENT: [ImageKind; 2] = [ImageKind::DocumentFront, ImageKind::DocumentRear];

impl Case {
    /// The values that a register is asked with.
    pub fn register_question(&self) -> [String; 9] {
        REGISTER_FIELDS.map(|field| self.document_value(field))
    }

    /// Where a one-time code goes: of the request, and of the data that is sent.
    pub fn contact(&self) -> [String; 4] {
        let fields = [Field::MobilePhoneNumber, Field::Email];
        let [requested_phone, requested_email] =
            fields.map(|field| self.requested_value(field).to_owned());
        let [phone, email] = fields.map(|field| self.document_value(field));
        [requested_phone, requested_email, phone, email]
    }

    /// Takes away the results that were about something else than what the case has now, by what it had before. What follows
    /// from the evidence is measured anew elsewhere: only a person's word and what was asked of others is at stake.
    pub fn drop_outdated(&mut self, before: &Case) -> Vec<Check> {
        let same = |check: Check| match check {
            Check::DocumentsMatch => self.register_question() == before.register_question(),
            Check::OtpValidation => self.contact() == before.contact(),
            Check::Liveliness => {
                self.judged_video() == before.judged_video()
                    && self.digests(&SELFIE) == before.digests(&SELFIE)
            }
            Check::DocumentNotcopy | Check::DocumentNotexpired | Check::DocumentNotunderage => {
                self.digests(&DOCUMENT) == before.digests(&DOCUMENT)
            }
            Check::DataIntegrity => {
                self.digests(&DOCUMENT) == before.digests(&DOCUMENT) && self.form == before.form
            }
        };
        let of_evidence = |check: Check, result: &CheckResult| {
            matches!(result, CheckResult::Measured { .. }) && check != Check::OtpValidation
        };
        let outdated = |(check, result): (&Check, &CheckResult)| {
            // What is new with this change is about what is there now.
            let old = before.checks.get(check) == Some(result);
            (old && !of_evidence(*check, result) && !same(*check)).then_some(*check)
        };
        let outdated: Vec<Check> = self.checks.iter().filter_map(outdated).collect();
        self.checks.retain(|check, _| !outdated.contains(check));
        outdated
    }

    fn digests(&self, kinds: &[ImageKind]) -> Vec<Option<&str>> {
        let digest = |kind| self.images.get(kind).map(|image| image.sha256.as_str());
        kinds.iter().map(digest).collect()
    }
}
