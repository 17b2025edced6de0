//! Handlers and layers to route to, written out as `#[route]` would.

use crate::{Middleware, Next, Request, Response};

/// Declares a handler: its name, its methods, each pattern with its segments, and its layers.
macro_rules! handler {
    ($name:ident: $($method:literal)|+, $($text:literal = [$($segment:expr),+]),+; $($layer:ident),*) => {
        #[allow(non_camel_case_types, reason = "named like the function")]
        pub(crate) struct $name {}

        impl $crate::Endpoint for $name {
            const ROUTE: &'static $crate::RouteInfo = &$crate::RouteInfo {
                methods: &[$($method),+],
                patterns: &[$($crate::routing::Pattern { text: $text, segments: &[$($segment),+] }),+],
                name: stringify!($name),
                module: module_path!(),
                file: file!(),
                line: line!(),
                middleware: &[$(stringify!($layer)),*],
                ..$crate::RouteInfo::NONE
            };
        }

        impl<S: Sync + 'static> $crate::Handle<S> for $name {
            const BOUND: $crate::routing::Bound<S> = $crate::routing::Bound {
                call: $crate::routing::HandlerFn::new(Self::__call),
                layers: &[$(&$layer),*],
            };

            fn __call(_: $crate::Request, _: &S) -> $crate::routing::Reply<'_> {
                $crate::routing::Reply::Ready($crate::Response::ok().text(stringify!($name)))
            }
        }
    };
}
pub(crate) use handler;

/// A middleware that adds its name to the answer's `x-layer` field.
pub(crate) struct Named(&'static str);

#[allow(non_upper_case_globals, reason = "named like a middleware function")]
pub(crate) const auth: Named = Named("auth");
#[allow(non_upper_case_globals, reason = "named like a middleware function")]
pub(crate) const log: Named = Named("log");
/// One that could not be copied, and has state that changes.
pub(crate) static COUNTER: Counter = Counter(std::sync::atomic::AtomicU32::new(0));

pub(crate) struct Counter(pub(crate) std::sync::atomic::AtomicU32);

impl<S: Sync> Middleware<S> for Named {
    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        let mut response = next.run(request).await;
        response.headers_mut().append("x-layer", crate::HeaderValue::from_static(self.0));
        response
    }
}

impl<S: Sync> Middleware<S> for Counter {
    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        next.run(request).await
    }
}
