//! The words of an enrollment: closed lists that the whole product shares.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One screen of the way through an enrollment, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Step {
    Request,
    Consent,
    DocumentFront,
    DocumentRear,
    Portrait,
    Selfie,
    Video,
    Data,
    Review,
    Done,
}

impl Step {
    pub const ALL: [Step; 10] = [
        Step::Request,
        Step::Consent,
        Step::DocumentFront,
        Step::DocumentRear,
        Step::Portrait,
        Step::Selfie,
        Step::Video,
        Step::Data,
        Step::Review,
        Step::Done,
    ];
}

/// `id_document_type` of the RA API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "UPPERCASE")]
#[ts(export)]
pub enum DocumentType {
    /// National identity card: front and rear.
    Idc,
    /// Passport: one page, no rear.
    Pas,
    /// National personal number.
    Pno,
    /// Tax number.
    Tin,
}

impl DocumentType {
    /// Passports have no rear side; everything else is asked for both.
    pub fn has_rear(self) -> bool {
        !matches!(self, DocumentType::Pas)
    }
}

/// The four images of `videoid_data.images`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ImageKind {
    DocumentFront,
    DocumentRear,
    /// The holder's portrait cut out of the document.
    DocumentPhoto,
    /// The selfie.
    DocumentOwner,
}

impl ImageKind {
    pub const ALL: [ImageKind; 4] = [
        ImageKind::DocumentFront,
        ImageKind::DocumentRear,
        ImageKind::DocumentPhoto,
        ImageKind::DocumentOwner,
    ];

    /// The key in `videoid_data.images`.
    pub fn key(self) -> &'static str {
        match self {
            ImageKind::DocumentFront => "document_front",
            ImageKind::DocumentRear => "document_rear",
            ImageKind::DocumentPhoto => "document_photo",
            ImageKind::DocumentOwner => "document_owner",
        }
    }
}

impl DocumentType {
    /// The value in the API.
    pub fn code(self) -> &'static str {
        match self {
            DocumentType::Idc => "IDC",
            DocumentType::Pas => "PAS",
            DocumentType::Pno => "PNO",
            DocumentType::Tin => "TIN",
        }
    }

    /// Reads the API's value; none where it is another.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.trim().to_ascii_uppercase().as_str() {
            "IDC" => Some(DocumentType::Idc),
            "PAS" => Some(DocumentType::Pas),
            "PNO" => Some(DocumentType::Pno),
            "TIN" => Some(DocumentType::Tin),
            _ => None,
        }
    }
}

/// A key of `ocr_data` and of the request's user data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Field {
    GivenName,
    #[serde(rename = "surname_1")]
    Surname1,
    #[serde(rename = "surname_2")]
    Surname2,
    MobilePhoneNumber,
    Email,
    SerialNumber,
    IdDocumentType,
    IdDocumentCountry,
    BirthDate,
    IdDocumentValidity,
    Sex,
    /// ISO 3166-1 alpha-2 where the document's code has one, else the document's own.
    Nationality,
    /// The document's own number, where it is another than the person's.
    IdDocumentNumber,
}

impl Field {
    pub const ALL: [Field; 13] = [
        Field::GivenName,
        Field::Surname1,
        Field::Surname2,
        Field::SerialNumber,
        Field::IdDocumentNumber,
        Field::IdDocumentType,
        Field::IdDocumentCountry,
        Field::BirthDate,
        Field::IdDocumentValidity,
        Field::Sex,
        Field::Nationality,
        Field::Email,
        Field::MobilePhoneNumber,
    ];

    /// The key in `ocr_data`.
    pub fn key(self) -> &'static str {
        match self {
            Field::GivenName => "given_name",
            Field::Surname1 => "surname_1",
            Field::Surname2 => "surname_2",
            Field::MobilePhoneNumber => "mobile_phone_number",
            Field::Email => "email",
            Field::SerialNumber => "serial_number",
            Field::IdDocumentType => "id_document_type",
            Field::IdDocumentCountry => "id_document_country",
            Field::BirthDate => "birth_date",
            Field::IdDocumentValidity => "id_document_validity",
            Field::Sex => "sex",
            Field::Nationality => "nationality",
            Field::IdDocumentNumber => "id_document_number",
        }
    }
}
