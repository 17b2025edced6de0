//! The macros, re-exported with their documentation.

pub use fingerpost_macros::{
    HttpError, State, delete, extractor, get, head, main, middleware, options, patch, post, put, route,
    routes, scope, test,
};

#[cfg(test)]
mod tests;
