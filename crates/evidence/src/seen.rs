//! What was read, compared and judged belongs to the pictures and the video that it is of.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::{
    Case, CaseError, Field, FieldEdit, FieldEntry, FieldRead, FieldSource, ImageKind, ReadValue,
    ZoneReading,
};

impl Case {
    /// Forgets what was read of pictures and a video that are no longer there; whether anything was.
    pub fn forget_stale(&mut self) -> bool {
        let before = (
            self.readings.len(),
            self.faces.is_some(),
            self.liveness.is_some(),
        );
        let images = &self.images;
        self.readings.retain(|kind, reading| {
            let image = images.get(kind);
            image.is_some_and(|image| image.sha256 == reading.image_sha256)
        });
        let of = self.faces_of();
        self.faces = self.faces.take().filter(|faces| faces.of == of);
        let video = self.judged_video().map(str::to_owned);
        self.liveness =
            (self.liveness.take()).filter(|record| Some(&record.video_sha256) == video.as_ref());
        before
            != (
                self.readings.len(),
                self.faces.is_some(),
                self.liveness.is_some(),
            )
    }

    /// Digests of what faces are compared on: selfie, portrait, video, as far as they are there.
    pub fn faces_of(&self) -> Vec<String> {
        let pictures = [ImageKind::DocumentOwner, ImageKind::DocumentPhoto];
        let digests = pictures
            .iter()
            .filter_map(|kind| Some(self.images.get(kind)?.sha256.as_str()));
        digests
            .chain(self.judged_video())
            .map(str::to_owned)
            .collect()
    }

    /// Likeness of selfie and portrait, 0 (another person) to 100, where both are there as they were compared, and large
    /// enough for a number.
    pub fn similarity(&self) -> Option<u8> {
        let faces = self.faces.as_ref()?;
        let pictures = [ImageKind::DocumentOwner, ImageKind::DocumentPhoto];
        let same = pictures.iter().all(|kind| {
            let image = self.images.get(kind);
            image.is_some_and(|image| faces.of.contains(&image.sha256))
        });
        faces.selfie_portrait.filter(|_| same)?.score
    }

    /// Digest of the video, where it is whole: an interrupted one identifies nobody.
    pub fn judged_video(&self) -> Option<&str> {
        let video = self.video.as_ref()?;
        video.interrupted.is_none().then_some(video.sha256.as_str())
    }

    /// The zone that was read, and on which picture; of two, the one that holds.
    pub fn zone(&self) -> Option<(ImageKind, &ZoneReading)> {
        let zones = || {
            let readings = self.readings.iter();
            readings.filter_map(|(kind, reading)| Some((*kind, reading.zone.as_ref()?)))
        };
        zones()
            .find(|(_, zone)| zone.all_valid)
            .or_else(|| zones().next())
    }

    /// Writes the printed forms that the front shows.
    pub fn put_print(&mut self, printed: BTreeMap<Field, ReadValue>) {
        if let Some(reading) = self.readings.get_mut(&ImageKind::DocumentFront) {
            reading.printed = printed;
        }
    }

    /// Takes one of the forms that were read, as the operator chose; recorded as a change by hand.
    pub fn choose_read(
        &mut self,
        field: Field,
        read: &ReadValue,
        source: FieldSource,
        at: OffsetDateTime,
    ) -> Result<(), CaseError> {
        self.check_open()?;
        let from = self.document_value(field);
        let by = self.operator.name.clone();
        let kind = match source {
            FieldSource::Printed => Some(ImageKind::DocumentFront),
            _ => self.zone().map(|(kind, _)| kind),
        };
        let of = kind.and_then(|kind| Some(self.readings.get(&kind)?.image_sha256.clone()));
        let entry = self.fields.entry(field).or_default();
        entry.edits.push(FieldEdit { at, by, from });
        entry.value = read.value.clone();
        (entry.source, entry.confidence, entry.valid) = (source, Some(read.confidence), read.valid);
        entry.of = of;
        Ok(())
    }

    /// Writes what was read; what a person typed stays, even where that is nothing. What a person chose among what was read
    /// stays as long as it is offered; what is read no more goes. Returns the fields that changed.
    pub fn take_fields(&mut self, read: BTreeMap<Field, FieldRead>) -> Vec<Field> {
        let fields = std::mem::take(&mut self.fields);
        let stands = |field: &Field, entry: &FieldEntry| {
            entry.source == FieldSource::Typed
                || (entry.of.is_some())
                    && (self.rereads(entry) || read.get(field).is_some_and(|now| now.offers(entry)))
        };
        let (kept, left): (BTreeMap<_, _>, BTreeMap<_, _>) = fields
            .into_iter()
            .partition(|(field, entry)| stands(field, entry));
        let mut changed: Vec<Field> = (left.keys().copied())
            .filter(|field| !read.contains_key(field))
            .collect();
        self.fields = kept;
        for (field, read) in read {
            if self.fields.contains_key(&field) {
                continue;
            }
            let before = left.get(&field);
            let entry = FieldEntry {
                value: read.value,
                source: read.source,
                confidence: Some(read.confidence),
                valid: read.valid,
                of: None,
                edits: before.map_or_else(Vec::new, |entry| entry.edits.clone()),
            };
            if before != Some(&entry) {
                changed.push(field);
            }
            self.fields.insert(field, entry);
        }
        changed
    }

    /// Whether the picture that a value was read from is there and about to be read again.
    fn rereads(&self, entry: &FieldEntry) -> bool {
        let mut images = self.images.iter();
        let of = |image: &str| entry.of.as_deref() == Some(image);
        images.any(|(kind, image)| of(&image.sha256) && !self.readings.contains_key(kind))
    }
}

impl FieldEntry {
    /// A person typed it, or chose it among what was read.
    pub fn by_hand(&self) -> bool {
        self.source == FieldSource::Typed || self.of.is_some()
    }
}

impl FieldRead {
    /// Whether an entry is one of the forms that were read.
    fn offers(&self, entry: &FieldEntry) -> bool {
        let printed = self.printed.as_ref().map(|form| form.value.as_str());
        match entry.source {
            FieldSource::Typed => false,
            FieldSource::Printed if self.source != FieldSource::Printed => {
                printed == Some(entry.value.as_str())
            }
            _ => self.source == entry.source && self.value == entry.value,
        }
    }
}
