//! Why a request was refused: a type for each extractor.
//!
//! Take a `Result<T, T::Rejection>` to see one in a handler; what is not taken so is answered as a problem document
//! (RFC 9457) with the rejection's status and text, and with the place as members that programs can read: `field`,
//! `header`, `line` and `column`, `offset`, `limit_bytes`; and `errors`, where the format lets several be told at once.
//!
//! ```
//! use serde::Deserialize;
//! use server::rejection::QueryRejection;
//! use server::{Query, get};
//!
//! #[derive(Deserialize)]
//! struct Paging {
//!     page: u32,
//! }
//!
//! #[get("/posts")]
//! async fn posts(paging: Result<Query<Paging>, QueryRejection>) -> String {
//!     match paging {
//!         Ok(paging) => format!("page {}", paging.page),
//!         Err(refused) => format!("the first page, as {refused}"),
//!     }
//! }
//! ```

pub use super::body::BodyRejection;
pub use super::client_addr::ClientAddrRejection;
#[cfg(feature = "tls")]
pub use super::client_certificate::ClientCertificateRejection;
pub use super::conditions::ConditionUnmet;
pub use super::credentials::{CredentialsFault, CredentialsRejection};
pub use super::de::{FieldError, FieldErrors};
pub use super::form::FormRejection;
pub use super::json::JsonRejection;
pub use super::matched_route::MatchedRouteRejection;
pub use super::media_type::{MediaTypeFault, MediaTypeRejection};
pub use super::multipart::MultipartRejection;
pub use super::path::PathRejection;
pub use super::query::QueryRejection;
pub use super::site_origin::SiteOriginRejection;
pub use super::text::TextRejection;
pub use super::typed_header::HeaderRejection;
#[cfg(feature = "validation")]
pub use super::valid::{Faults, ValidRejection};
pub use crate::respond::{FileError, RangeNotSatisfiable};
