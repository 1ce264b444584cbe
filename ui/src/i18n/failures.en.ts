import type { FailureCode } from '../api/bindings/FailureCode';
import type { FailureText } from './en';

/** What happened, why, what to do now. One row for each code that the session can report. */
export const failures: Record<FailureCode, FailureText> = {
  no_camera: {
    title: 'No camera found',
    why: 'This computer sees no camera that gives pictures.',
    now: 'Plug one in, then look again.',
  },
  camera_busy: {
    title: 'The camera is in use',
    why: 'Another program holds it.',
    now: 'Close that program, then turn the camera on.',
  },
  camera_permission: {
    title: 'The camera is not allowed',
    why: 'The system denies this program the camera.',
    now: 'Allow it in the system’s privacy settings, then look again.',
  },
  camera_disconnected: {
    title: 'The camera is unplugged',
    why: 'It stopped answering, as it does when its cable comes loose.',
    now: 'Plug it in again, then turn it on.',
  },
  camera_stalled: {
    title: 'The picture stands still',
    why: 'The camera is connected but sends no new pictures.',
    now: 'Turn it on again. If that fails, unplug it for a moment.',
  },
  camera_format: {
    title: 'This camera does not fit',
    why: 'It offers no picture format that can be used here.',
    now: 'Choose another camera.',
  },
  camera_process: {
    title: 'The camera service stopped',
    why: 'The part of the program that reads the camera ended unexpectedly.',
    now: 'Turn the camera on again.',
  },
  capture_damaged: {
    title: 'The picture came damaged',
    why: 'The camera sent only a part of it.',
    now: 'Take another picture.',
  },
  picture_empty: {
    title: 'The picture is empty',
    why: 'The camera sent nothing for it.',
    now: 'Take another picture.',
  },
  picture_unreadable: {
    title: 'The picture cannot be read',
    why: 'What the camera sent is no complete JPEG.',
    now: 'Take another picture.',
  },
  video_empty: {
    title: 'The file is empty',
    why: 'It has no content, perhaps because a copy was broken off.',
    now: 'Pick another file.',
  },
  video_not_mp4: {
    title: 'The file is no MP4',
    why: 'The authority takes MP4 video only.',
    now: 'Pick an MP4 file.',
  },
  video_too_large: {
    title: 'The video is too large',
    why: 'It is over the size that the settings allow.',
    now: 'Pick a smaller file, or record here.',
  },
  video_too_long: {
    title: 'The video is too long',
    why: 'It is over the duration that the settings allow.',
    now: 'Pick a shorter file, or record here.',
  },
  video_too_short: {
    title: 'The video is too short',
    why: 'It is under the duration that the settings ask for.',
    now: 'Pick a longer file, or record again.',
  },
  video_no_track: {
    title: 'The file holds no picture',
    why: 'There is no video track in it.',
    now: 'Pick another file.',
  },
  video_other_codec: {
    title: 'The video has another codec',
    why: 'It is not H.264, the one that the authority plays.',
    now: 'Pick an H.264 file, or record here.',
  },
  video_damaged: {
    title: 'The video is damaged',
    why: 'Its index or its pictures do not hold together.',
    now: 'Pick another copy of it, or record here.',
  },
  video_unreadable: {
    title: 'The file cannot be read',
    why: 'It vanished, or this program may not open it.',
    now: 'Check the disk or the stick, then pick it again.',
  },
  recording_failed: {
    title: 'The recording failed',
    why: 'The video could not be encoded or written.',
    now: 'Record again.',
  },
  program_closed: {
    title: 'The program was closed',
    why: 'It ended while the video was being recorded.',
    now: 'Record it again.',
  },
  disk_full: {
    title: 'The disk is full',
    why: 'There is no room for the evidence. What was kept before is still there.',
    now: 'Free some space, then try again.',
  },
  storage_failed: {
    title: 'The evidence could not be kept',
    why: 'The disk refused to write or read.',
    now: 'Check the disk, then try again.',
  },
  case_damaged: {
    title: 'This enrollment cannot be read',
    why: 'Its files on this station are damaged.',
    now: 'Leave it for your administrator, and start a new one.',
  },
  settings_invalid: {
    title: 'The settings have an error',
    why: 'A line of the settings file cannot be used.',
    now: 'Correct it as the detail says, then check the station.',
  },
  certificate_missing: {
    title: 'The certificate is missing',
    why: 'The settings name none, or the file is not there.',
    now: 'Ask your administrator for it, then check the station.',
  },
  certificate_password: {
    title: 'The certificate stays locked',
    why: 'The password in the settings does not open it.',
    now: 'Correct the password, then check the station.',
  },
  certificate_expired: {
    title: 'The certificate has expired',
    why: 'The authority accepts only valid certificates.',
    now: 'Ask your administrator for a new one, then check the station.',
  },
  certificate_unsupported: {
    title: 'The certificate cannot be used',
    why: 'Its file is protected in a way that this program does not know.',
    now: 'Have it exported again as the detail says, then check the station.',
  },
  certificate_invalid: {
    title: 'The certificate is not valid',
    why: 'The file is damaged, or key and certificate do not belong together.',
    now: 'Ask your administrator for it, then check the station.',
  },
  ra_unreachable: {
    title: 'The authority is not reachable',
    why: 'There is no connection to its servers. All evidence is kept here.',
    now: 'Check the network, then try again.',
  },
  ra_timeout: {
    title: 'The authority does not answer',
    why: 'The connection stood still for too long. All evidence is kept here.',
    now: 'Try again in a moment.',
  },
  ra_server_certificate: {
    title: 'The server is not trusted',
    why: 'Its certificate cannot be verified, so nothing was sent.',
    now: 'Check the addresses in the settings, then check the station.',
  },
  ra_client_certificate: {
    title: 'The certificate is refused',
    why: 'The authority did not accept this station’s certificate.',
    now: 'Have it enabled for the API, then check the station.',
  },
  ra_unauthorized: {
    title: 'The authority does not know us',
    why: 'It refused this station’s credentials.',
    now: 'Ask your administrator, then check the station.',
  },
  ra_forbidden: {
    title: 'This is not permitted',
    why: 'This station’s API user may not do it.',
    now: 'Ask your administrator, then check the station.',
  },
  ra_not_found: {
    title: 'The request does not exist',
    why: 'The authority knows no request with this number.',
    now: 'Check the number.',
  },
  ra_wrong_state: {
    title: 'The request is in another state',
    why: 'The authority does not allow this step any more, or not yet.',
    now: 'Read the state again.',
  },
  ra_rejected: {
    title: 'The authority rejects the data',
    why: 'A value is missing, or it is not accepted as written.',
    now: 'Correct the request as the detail says.',
  },
  ra_too_large: {
    title: 'Too large for the authority',
    why: 'A server on the way does not take this much in one piece.',
    now: 'Try again, or use a shorter video.',
  },
  ra_rate_limited: {
    title: 'Too many calls',
    why: 'The authority asks to wait.',
    now: 'Try again in a minute.',
  },
  ra_server_error: {
    title: 'The authority has an error',
    why: 'Its server failed while answering. All evidence is kept here.',
    now: 'Try again. If it stays so, quote the error number to the provider.',
  },
  ra_answer_unreadable: {
    title: 'The answer makes no sense',
    why: 'Something else than the authority’s API answered.',
    now: 'Try again. If it stays so, check proxy and addresses.',
  },
  ra_no_scratchcard: {
    title: 'No scratchcards are left',
    why: 'Each request needs one, and the authority has none for you.',
    now: 'Ask your administrator for more. The form is kept.',
  },
  ra_scratchcard_taken: {
    title: 'The scratchcards were taken',
    why: 'Other stations used three in a row at the same moment.',
    now: 'Try again.',
  },
  ra_contact_limit: {
    title: 'Contact used too often',
    why: 'Too many documents stand under this phone or e-mail.',
    now: 'Use the person’s own phone and e-mail.',
  },
  ra_no_video_id: {
    title: 'No video identification',
    why: 'The authority made no video identification for this request.',
    now: 'Read the state again, or create a new request.',
  },
  ra_evidence_rejected: {
    title: 'The evidence was not accepted',
    why: 'The authority could not use a picture or the video.',
    now: 'Look at them, then send again.',
  },
  ra_still_processing: {
    title: 'The authority is still working',
    why: 'Everything has arrived, the new state is not there yet.',
    now: 'Read the state again in a moment.',
  },
  clock_wrong: {
    title: 'The clock is wrong',
    why: 'It differs from the authority’s, so times would be wrong too.',
    now: 'Set the computer’s clock, then check the station.',
  },
  rao_credentials: {
    title: 'Password or PIN is wrong',
    why: 'The authority refused these credentials. Nothing was decided.',
    now: 'Sign in again with the right ones.',
  },
  rao_unknown: {
    title: 'The authority knows no such RAO',
    why: 'There is no officer with this number at this authority. Nothing was decided.',
    now: 'Correct the number, then sign in again.',
  },
  rao_not_signed_in: {
    title: 'Nobody is signed in',
    why: 'A decision needs an officer’s name, password and PIN, and they were not given or the time ran out.',
    now: 'Sign in, then decide.',
  },
  same_operator: {
    title: 'You captured this evidence',
    why: 'Whoever captures cannot approve: that takes a second person.',
    now: 'Let another officer sign in.',
  },
  operator_no_rao: {
    title: 'The operator has no RAO number',
    why: 'The authority has to know who identified the person before another officer approves.',
    now: 'Enter the number at the station check.',
  },
  not_identificator: {
    title: 'The operator may not identify',
    why: 'The authority does not list this RAO as one who identifies, so the request could not be approved.',
    now: 'Choose an operator who may, or ask your administrator.',
  },
  papers_not_shown: {
    title: 'Read the papers first',
    why: 'Declaration and contract are read to the end before anything that may approve.',
    now: 'Read both, then go on.',
  },
  ra_missing_documents: {
    title: 'A document is missing',
    why: 'The authority cannot approve this request without it.',
    now: 'Add the document, then approve.',
  },
  ra_missing_fields: {
    title: 'Data is missing',
    why: 'The authority cannot approve this request before every field is filled in.',
    now: 'Fill in the fields, then approve.',
  },
  outcome_unknown: {
    title: 'It is not known what happened',
    why: 'The connection broke before the answer came: the decision may have taken place.',
    now: 'Read the request. Nothing is decided twice.',
  },
  confirmation_needed: {
    title: 'This needs a confirmation',
    why: 'It is production, and the step cannot be undone.',
    now: 'Confirm it when you are asked.',
  },
  contract_unreadable: {
    title: 'The contract cannot be shown',
    why: 'What the authority sent is no PDF that can be read here.',
    now: 'Fetch it again. If it stays so, ask the provider.',
  },
  document_unreadable: {
    title: 'This file cannot be used',
    why: 'It is empty, too large, or cannot be opened.',
    now: 'Pick another file.',
  },
  vision_failed: {
    title: 'The pictures cannot be judged',
    why: 'A part of the program that looks at pictures is missing or does not run.',
    now: 'Try again. Until it works, capture by hand and type what the document says.',
  },
  hook_unreachable: {
    title: 'The service does not answer',
    why: 'The service that was set up for this cannot be reached from here.',
    now: 'Try again. If it stays so, tell whoever looks after this station.',
  },
  hook_rejected: {
    title: 'The service refuses',
    why: 'It answers, but does not take what this station asks.',
    now: 'Try again. If it stays so, pass the detail to whoever looks after it.',
  },
  hook_answer_unreadable: {
    title: 'The service’s answer makes no sense',
    why: 'It answers something else than was agreed.',
    now: 'Try again. If it stays so, pass the detail to whoever looks after it.',
  },
  reason_needed: {
    title: 'A reason is needed',
    why: 'Saying otherwise than the measurement goes on record with its reason.',
    now: 'Write the reason, then answer again.',
  },
  cancelled: {
    title: 'Cancelled',
    why: 'You stopped it. All evidence is kept here.',
    now: 'Start again whenever you like.',
  },
  operator_missing: {
    title: 'Nobody operates this station',
    why: 'Each enrollment names its operator.',
    now: 'Say who you are.',
  },
  consent_missing: {
    title: 'Consent comes first',
    why: 'Nothing may be recorded before the person accepts.',
    now: 'Ask for the consent.',
  },
  incomplete: {
    title: 'Something is missing',
    why: 'The authority needs every piece of evidence.',
    now: 'Complete it, then send.',
  },
  invalid_input: {
    title: 'This value cannot be used',
    why: 'It is not in the form that is needed here.',
    now: 'Correct it as the detail says.',
  },
  no_date: {
    title: 'This is no date',
    why: 'There is no such day, or it is written in another form.',
    now: 'Write day, month and year, such as 31/12/1985.',
  },
  not_allowed_now: {
    title: 'Not possible right now',
    why: 'Another step is under way, or has to come first.',
    now: 'Finish it, then try again.',
  },
  internal: {
    title: 'Something went wrong here',
    why: 'This program made an error. What was captured is kept.',
    now: 'Try again. If it stays so, pass the detail to support.',
  },
};
