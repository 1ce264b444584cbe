//! Journeys through the real window: WebKitWebDriver drives the app as an operator would, under a virtual display
//! where there is none.
//!
//! `VIDEOID_APP` names another build of the app. With `VIDEOID_SCREENS` set to a folder, pictures of the screens
//! are left there. What a failed journey showed and logged lies in cargo's folder for temporary test files.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod camera;
mod desk;
mod enroll;
mod live_view;
mod officer;
mod shell;
mod support;
