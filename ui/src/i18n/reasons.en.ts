import type { ReasonCode } from '../api/bindings/ReasonCode';

/** A reason in words: where it speaks for the check, against it, and where it only explains. */
export interface ReasonText {
  holds: string;
  fails: string;
  open: string;
  /** The measured number in words; as it is where left out. */
  measured?: (value: string) => string;
  /** What it was held against; as it is where left out. */
  expected?: (value: string) => string;
  /** Both in one, where that is shorter. */
  both?: (measured: string, expected: string) => string;
}

const today = (value: string) => `today is ${value}`;
const needed = (value: string) => `${value} needed`;
const most = (value: string) => `at most ${value}`;
const frames = (value: string) => `frames: ${value}`;
const atSecond = (value: string) => `at ${value} s`;

export const reasons: Record<ReasonCode, ReasonText> = {
  expiry_date: { holds: 'The document is still valid', fails: 'The document has expired', open: 'Whether it is still valid cannot be told', measured: (v) => `until ${v}`, expected: today },
  age: { holds: 'The holder is of age', fails: 'The holder is under age', open: 'The holder’s age cannot be told', measured: (v) => `${v} years`, expected: needed },
  clock_checked: { holds: 'This station’s clock was compared', fails: 'This station’s clock is wrong', open: 'This station’s clock was compared', measured: (v) => `${v} s off`, expected: (v) => `at most ${v} s` },
  clock_unchecked: { holds: 'This station’s clock was not compared', fails: 'This station’s clock was not compared', open: 'This station’s clock was not compared' },
  check_digits: { holds: 'All check digits hold', fails: 'Check digits fail', open: 'Check digits that hold', both: (measured, expected) => `${measured} of ${expected}` },
  zone_sure: { holds: 'The zone was read without doubt', fails: 'Letters of the zone are in doubt', open: 'How surely the zone was read' },
  zone_well_formed: { holds: 'Codes and dates of the zone exist', fails: 'The zone has codes or dates that do not exist', open: 'Form of the zone' },
  no_zone: { holds: 'No machine-readable zone was read', fails: 'No machine-readable zone was read', open: 'No machine-readable zone was read' },
  zones_agree: { holds: 'The zones of both sides say the same', fails: 'The zones of both sides contradict each other', open: 'The zones of both sides could not be compared' },
  name_as_requested: { holds: 'The name is the request’s', fails: 'The name is not the request’s', open: 'The name could not be compared with the request' },
  number_as_requested: { holds: 'The number is the request’s', fails: 'The number is not the request’s', open: 'The number could not be compared with the request' },
  kind_as_requested: { holds: 'The kind of document is the request’s', fails: 'The kind of document is not the request’s', open: 'The kind could not be compared with the request' },
  country_as_requested: { holds: 'The issuing country is the request’s', fails: 'The issuing country is not the request’s', open: 'The country could not be compared with the request' },
  name_printed: { holds: 'Front and zone say the same name', fails: 'Front and zone say different names', open: 'Front and zone could not be compared by name' },
  number_printed: { holds: 'Front and zone say the same number', fails: 'Front and zone say different numbers', open: 'Front and zone could not be compared by number' },
  dates_printed: { holds: 'Front and zone say the same dates', fails: 'Front and zone say different dates', open: 'Front and zone could not be compared by dates' },
  number_rule: { holds: 'The number fits its own rule', fails: 'The number does not fit its own rule', open: 'Whether the number fits its own rule cannot be told' },
  edited_by_hand: { holds: 'A value was changed by hand', fails: 'A value was changed by hand', open: 'A value was changed by hand' },
  date_by_hand: { holds: 'The date was typed or chosen by hand', fails: 'The date was typed or chosen by hand', open: 'The date was typed or chosen by hand' },
  looked_ahead: { holds: 'Looked straight ahead', fails: 'Did not look straight ahead', open: 'Looking ahead was not measured', measured: atSecond },
  turned_left: { holds: 'Turned the head left', fails: 'Did not turn the head left', open: 'Turning left was not measured', measured: atSecond },
  turned_right: { holds: 'Turned the head right', fails: 'Did not turn the head right', open: 'Turning right was not measured', measured: atSecond },
  same_person: { holds: 'The same face throughout', fails: 'The face changes in the video', open: 'Whether the face stays the same', measured: (v) => `distance ${v}`, expected: most },
  face_throughout: { holds: 'A face is always there', fails: 'The face is missing for a while', open: 'Whether a face is always there', measured: (v) => `${v} s without one`, expected: (v) => `at most ${v} s` },
  one_face_only: { holds: 'One face only', fails: 'A second face appears', open: 'Whether there is one face only', measured: frames, expected: most },
  face_as_pictured: { holds: 'The person in the video is the one in the pictures', fails: 'The person in the video is not the one in the pictures', open: 'Whether the person in the video is the one in the pictures', measured: (v) => `likeness ${v}`, expected: needed },
  identical_frames: { holds: 'No frames repeat', fails: 'Frames repeat to the last pixel', open: 'Frames repeat to the last pixel', measured: frames, expected: most },
  frame_timing: { holds: 'Frames come as from a camera', fails: 'Frames come at times no camera makes', open: 'Frames come at times no camera makes' },
  virtual_camera: { holds: 'The camera is a real one', fails: 'The pictures come from a virtual camera', open: 'The pictures come from a virtual camera' },
  camera_changed: { holds: 'One camera throughout', fails: 'Another camera was opened in between', open: 'Another camera was opened in between' },
  picked_file: { holds: 'The video was recorded here', fails: 'The video was picked from a file', open: 'The video was picked from a file' },
  colour: { holds: 'The picture has the colours of an original', fails: 'The picture has hardly any colour', open: 'Colour in the picture', expected: needed },
  screen_pattern: { holds: 'No pattern of a screen or a printer', fails: 'A pattern as of a screen or a printer', open: 'Pattern as of a screen or a printer', expected: most },
  code_returned: { holds: 'A one-time code came back', fails: 'The one-time code did not come back', open: 'A one-time code was sent' },
  code_tries: { holds: 'Tries with the code', fails: 'Tries with the code', open: 'Tries with the code' },
};
