//! What is exported and to whom: what the program says, and what the environment says in its place (OpenTelemetry
//! specification, "Environment Variable Specification" and "OpenTelemetry Protocol Exporter").

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use super::collector::Collector;
use super::protobuf::{Value, push_attribute};
use super::{Sampling, Traces};

/// How long the collector may take for one batch, unless the environment says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The way of each signal of its own below an endpoint for all.
const PATH: &str = "/v1/traces";

/// What is exported and to whom.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) collector: Collector,
    /// The attributes of the resource, encoded.
    pub(super) resource: Vec<u8>,
    pub(super) sampling: Sampling,
}

/// A variable's value, where it is set and not empty.
type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Plan {
    /// `None` where nothing is to be exported.
    pub(super) fn of(traces: Traces, variable: Variable<'_>) -> crate::Result<Option<Self>> {
        let is_off = variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || variable("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
        let Some((said_by, url)) = endpoint(traces.endpoint, variable).filter(|_| !is_off) else {
            return Ok(None);
        };
        if let Some((name, value)) = of_traces("PROTOCOL", variable)
            && value != "http/protobuf"
        {
            return Err(wrong(&name, &format!("`{value}` is not spoken here, `http/protobuf` is")));
        }
        let fields = fields(variable)?;
        let timeout = timeout(variable)?;
        let collector = Collector::new(&url, &fields, timeout).map_err(|fault| wrong(&said_by, &fault))?;
        let resource = resource(traces.service_name, variable)?;
        Ok(Some(Self { collector, resource, sampling: sampling(traces.sampling, variable)? }))
    }
}

fn wrong(name: &str, fault: &str) -> crate::Error {
    crate::Error::message(format!("{name}: {fault}"))
}

/// The variable for traces where it is set, and else the one for all signals.
fn of_traces(what: &str, variable: Variable<'_>) -> Option<(String, String)> {
    let names = [format!("OTEL_EXPORTER_OTLP_TRACES_{what}"), format!("OTEL_EXPORTER_OTLP_{what}")];
    names.into_iter().find_map(|name| variable(&name).map(|value| (name, value)))
}

/// Where to, and who says so.
fn endpoint(given: Option<String>, variable: Variable<'_>) -> Option<(String, String)> {
    let below = |base: &str| format!("{}{PATH}", base.trim_end_matches('/'));
    match of_traces("ENDPOINT", variable) {
        Some((name, url)) if name.contains("TRACES") => Some((name, url)),
        Some((name, base)) => Some((name, below(&base))),
        None => given.map(|base| ("Traces::otlp".to_owned(), below(&base))),
    }
}

fn timeout(variable: Variable<'_>) -> crate::Result<Duration> {
    let Some((name, value)) = of_traces("TIMEOUT", variable) else { return Ok(TIMEOUT) };
    let millis = value.trim().parse().ok().filter(|&millis| millis > 0);
    millis.map(Duration::from_millis).ok_or_else(|| wrong(&name, "is no number of milliseconds above 0"))
}

fn fields(variable: Variable<'_>) -> crate::Result<Vec<(HeaderName, HeaderValue)>> {
    let Some((variable, value)) = of_traces("HEADERS", variable) else { return Ok(Vec::new()) };
    let read = |(name, value): (String, String)| {
        let name: HeaderName = name.parse().ok()?;
        Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    // Its values are secrets: they are not repeated.
    let fault = || wrong(&variable, "is no list of fields, `name=value,name=value`");
    pairs(&value).and_then(|pairs| pairs.into_iter().map(read).collect()).ok_or_else(fault)
}

fn sampling(given: Sampling, variable: Variable<'_>) -> crate::Result<Sampling> {
    const NAME: &str = "OTEL_TRACES_SAMPLER";
    match variable(NAME) {
        Some(name) => Sampling::named(name.trim(), variable("OTEL_TRACES_SAMPLER_ARG").as_deref())
            .ok_or_else(|| wrong(NAME, &format!("there is no `{name}` with this argument"))),
        None if given.is_sound() => Ok(given),
        None => Err(wrong("Traces::ratio", "a share is from 0.0 to 1.0")),
    }
}

/// Who exports.
fn resource(given: Option<String>, variable: Variable<'_>) -> crate::Result<Vec<u8>> {
    const NAME: &str = "OTEL_RESOURCE_ATTRIBUTES";
    const SERVICE: &str = "service.name";
    let said = variable(NAME).unwrap_or_default();
    let said = pairs(&said).ok_or_else(|| wrong(NAME, "is no list of attributes, `key=value,key=value`"))?;
    let said_name = said.iter().find(|(key, _)| key == SERVICE).map(|(_, value)| value.clone());
    let name = variable("OTEL_SERVICE_NAME").or(said_name).or(given).unwrap_or_else(unknown_service);
    let own = [
        (SERVICE, name.as_str()),
        ("telemetry.sdk.name", "fingerpost"),
        ("telemetry.sdk.language", "rust"),
        ("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
    ];
    let others = said.iter().filter(|(key, _)| own.iter().all(|(own, _)| own != key));
    let mut out = Vec::new();
    for (key, value) in own.into_iter().chain(others.map(|(key, value)| (key.as_str(), value.as_str()))) {
        push_attribute(&mut out, 1, key, Value::Text(value));
    }
    Ok(out)
}

/// What a program without a name is called.
fn unknown_service() -> String {
    let path = std::env::current_exe().ok();
    let name = path.as_ref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy());
    name.map_or_else(|| "unknown_service".to_owned(), |name| format!("unknown_service:{name}"))
}

/// `key=value,key=value`, values percent-encoded (W3C Baggage without properties); `None` where it is something else.
fn pairs(list: &str) -> Option<Vec<(String, String)>> {
    let pairs = list.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=')?;
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            let key = key.trim();
            (!key.is_empty()).then(|| (key.to_owned(), value.into_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn plan(traces: Traces, variables: Variables<'_>) -> crate::Result<Option<Plan>> {
        let of = |name: &str| {
            variables.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned())
        };
        Plan::of(traces, &of)
    }

    #[test]
    fn the_environment_goes_before_the_program() {
        let all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:1/base/");
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://own:2");
        let off = ("OTEL_SDK_DISABLED", "TRUE");
        let none = ("OTEL_TRACES_EXPORTER", "none");
        let rows: [(Variables<'_>, Option<&str>, Option<&str>); 5] = [
            (&[], None, Some("POST /v1/traces HTTP/1.1\r\nhost: here:3\r\n")),
            (
                &[all],
                Some("POST /base/v1/traces HTTP/1.1\r\nhost: all:1\r\n"),
                Some("POST /base/v1/traces HTTP/1.1\r\nhost: all:1\r\n"),
            ),
            (
                &[all, own],
                Some("POST / HTTP/1.1\r\nhost: own:2\r\n"),
                Some("POST / HTTP/1.1\r\nhost: own:2\r\n"),
            ),
            (&[all, off], None, None),
            (&[all, none], None, None),
        ];
        for (variables, without, with) in rows {
            for (traces, expected) in [(Traces::from_env(), without), (Traces::otlp("http://here:3"), with)] {
                let plan = plan(traces, variables).unwrap().map(|plan| format!("{:?}", plan.collector));
                let head = expected.map(|expected| format!("{:?}", expected.as_bytes()));
                let head = head.as_ref().map(|head| head.trim_end_matches(']'));
                match (plan, head) {
                    (Some(plan), Some(head)) => assert!(plan.contains(head), "{variables:?}"),
                    (plan, head) => assert!(plan.is_none() && head.is_none(), "{variables:?}"),
                }
            }
        }
    }

    #[test]
    fn the_resource_says_who_it_is_once() {
        let attributes =
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=listed, deployment.environment.name=a%20b");
        let name = ("OTEL_SERVICE_NAME", "named");
        let rows: [(Variables<'_>, &str); 3] =
            [(&[], "given"), (&[attributes], "listed"), (&[attributes, name], "named")];
        for (variables, name) in rows {
            let traces = Traces::otlp("http://a").service_name("given");
            let resource = plan(traces, variables).unwrap().unwrap().resource;
            let text = String::from_utf8_lossy(&resource);
            assert_eq!(text.matches("service.name").count(), 1);
            assert!(text.contains(name), "{text:?}");
            assert_eq!(text.contains("a b"), variables.contains(&attributes));
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_by_its_name() {
        let rows = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "here"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://a"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "secret"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b%0d%0ac:d"),
            ("OTEL_RESOURCE_ATTRIBUTES", "=a"),
            ("OTEL_TRACES_SAMPLER", "some"),
        ];
        for (name, value) in rows {
            let error = plan(Traces::otlp("http://a"), &[(name, value)]).unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(plan(Traces::otlp("http://a").ratio(1.5), &[]).is_err());
        assert!(plan(Traces::otlp("a"), &[]).unwrap_err().to_string().starts_with("Traces::otlp"));
    }
}
