//! Bar charts as SVG, drawn as text.

use std::fmt::Write as _;

use crate::bench::data::{Data, Key};
use crate::bench::scenarios::{RATED, Scenario};
use crate::bench::servers::{BARE, Kind, SERVERS, Server};
use crate::bench::statistics::Summary;

const BAR_HEIGHT: f64 = 15.0;
const ROW_HEIGHT: f64 = 20.0;
const TITLE_HEIGHT: f64 = 30.0;
const LABEL_WIDTH: f64 = 96.0;
const BARS_WIDTH: f64 = 240.0;
const VALUE_WIDTH: f64 = 64.0;
const PANEL_WIDTH: f64 = LABEL_WIDTH + BARS_WIDTH + VALUE_WIDTH;
const GAP: f64 = 20.0;

/// Bars of one scenario, one above the other.
struct Panel {
    title: String,
    bars: Vec<Bar>,
    /// What the longest bar that fits stands for.
    full: f64,
}

struct Bar {
    label: &'static str,
    kind: Kind,
    value: Summary,
    text: String,
}

/// Requests a second over the limit's, a panel for each of these scenarios, the rounds farthest apart as a line.
pub(crate) fn rates(data: &Data, caption: &str, names: &[&str]) -> String {
    let scenarios: Vec<_> = RATED.iter().filter(|scenario| names.contains(&scenario.name)).collect();
    let panels: Vec<_> = scenarios.into_iter().map(|scenario| rate(data, scenario)).collect();
    sheet(caption, &panels)
}

fn rate(data: &Data, scenario: &Scenario) -> Panel {
    let bar = |server: &Server| {
        let value = data.ratio(Key { measure: "rate", server: server.name, scenario: scenario.name })?;
        Some(Bar { label: server.label, kind: server.kind, value, text: format!("{:.2}", value.median) })
    };
    let mut bars: Vec<_> = SERVERS.iter().filter(|server| server.name != BARE).filter_map(bar).collect();
    bars.sort_by(|one, other| other.value.median.total_cmp(&one.value.median));
    Panel { title: scenario.label.to_owned(), full: longest(&bars).max(1.0), bars }
}

/// Instructions a request: shorter is better.
pub(crate) fn instructions(data: &Data, caption: &str, names: &[(&str, &str)]) -> String {
    let panel = |(name, title): &(&str, &str)| {
        let bar = |server: &Server| {
            let value = data.summary(Key { measure: "instructions", server: server.name, scenario: name })?;
            let text = super::tables::thousands(value.median);
            Some(Bar { label: server.label, kind: server.kind, value, text })
        };
        let mut bars: Vec<_> = SERVERS.iter().filter_map(bar).collect();
        bars.sort_by(|one, other| one.value.median.total_cmp(&other.value.median));
        Panel { title: (*title).to_owned(), full: longest(&bars), bars }
    };
    sheet(caption, &names.iter().map(panel).collect::<Vec<_>>())
}

fn longest(bars: &[Bar]) -> f64 {
    bars.iter().map(|bar| bar.value.max).fold(f64::MIN_POSITIVE, f64::max)
}

/// The panels, two in a row.
fn sheet(caption: &str, panels: &[Panel]) -> String {
    let width = 2.0 * PANEL_WIDTH + 3.0 * GAP;
    let mut body = String::new();
    let mut top = 44.0;
    for pair in panels.chunks(2) {
        let mut left = GAP;
        for panel in pair {
            draw(&mut body, panel, left, top);
            left += PANEL_WIDTH + GAP;
        }
        let rows = pair.iter().map(|panel| panel.bars.len()).max().unwrap_or_default();
        top += TITLE_HEIGHT + rows as f64 * ROW_HEIGHT + GAP;
    }
    let caption = escape(caption);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {top}\" width=\"{width}\" height=\"{top}\" \
         style=\"max-width:100%;height:auto\" font-family=\"system-ui, sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"{caption}\">\n\
         <rect width=\"{width}\" height=\"{top}\" fill=\"#ffffff\"/>\n\
         <text x=\"{GAP}\" y=\"26\" font-size=\"15\" font-weight=\"600\" fill=\"#1f2328\">{caption}</text>\n\
         {body}</svg>\n"
    )
}

fn draw(body: &mut String, panel: &Panel, left: f64, top: f64) {
    let title = escape(&panel.title);
    let bars_left = left + LABEL_WIDTH;
    let _ = writeln!(
        body,
        "<text x=\"{bars_left}\" y=\"{:.1}\" font-weight=\"600\" fill=\"#1f2328\">{title}</text>",
        top + TITLE_HEIGHT - 12.0
    );
    let scale = BARS_WIDTH / panel.full;
    for (row, bar) in panel.bars.iter().enumerate() {
        let y = top + TITLE_HEIGHT + row as f64 * ROW_HEIGHT;
        let middle = y + BAR_HEIGHT / 2.0;
        let (color, weight) = style(bar.kind);
        let label = escape(bar.label.trim_matches('*'));
        let Summary { median, min, max } = bar.value;
        let length = |value: f64| value * scale;
        let _ = writeln!(
            body,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" font-weight=\"{weight}\" fill=\"#1f2328\">{label}</text>\n\
             <rect x=\"{bars_left}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{BAR_HEIGHT}\" fill=\"{color}\"/>\n\
             <path d=\"M{:.1} {middle:.1}H{:.1}\" stroke=\"#1f2328\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" font-weight=\"{weight}\" fill=\"#1f2328\">{}</text>",
            bars_left - 6.0,
            y + 12.0,
            length(median),
            bars_left + length(min),
            bars_left + length(max),
            bars_left + length(max) + 6.0,
            y + 12.0,
            escape(&bar.text),
        );
    }
}

fn style(kind: Kind) -> (&'static str, u32) {
    match kind {
        Kind::Ours => ("#d9480f", 700),
        Kind::Limit => ("#adb5bd", 400),
        Kind::Peer => ("#4c78a8", 400),
        Kind::Bounded => ("#9fb9d3", 400),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_bars_to_scale_and_the_longest_first() {
        let mut data = Data::default();
        for (server, rates) in [
            ("bare", [100.0, 100.0]),
            ("ours", [90.0, 94.0]),
            ("hyper", [50.0, 50.0]),
            ("parse", [99.0, 99.0]),
        ] {
            for (round, rate) in (0..).zip(rates) {
                data.push(Key { measure: "rate", server, scenario: "browser" }, round, rate);
            }
        }
        let svg = rates(&data, "of <the> limit", &["browser"]);
        for piece in [
            "aria-label=\"of &lt;the>",
            ">browser's head</text>",
            "width=\"220.8\"",
            ">0.92</text>",
            "M332.0 101.5H341.6",
        ] {
            assert!(svg.contains(piece), "{piece} is not in\n{svg}");
        }
        let at = |label: &str| svg.find(&format!(">{label}</text>")).unwrap();
        assert!(at("parse only") < at("fingerpost") && at("fingerpost") < at("hyper"));
        assert!(!svg.contains("bare Tokio"));
    }
}
