//! A program of many routes, written from the templates in `benches/compile`.
//!
//! A resource has five routes and a file of its own. In `main.rs` a line that has the word `RESOURCE` stands once for
//! each resource, with the resource's number in place of the word.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::command::{cargo, output, root, run, target};
use crate::steps::Outcome;

/// How many routes a resource has.
const ROUTES_PER_RESOURCE: usize = 5;

/// A framework that the program is written for: a folder of `benches/compile`, and the crate it is named after.
#[derive(Debug)]
pub(super) struct Framework {
    name: &'static str,
}

/// Ours first.
pub(super) const FRAMEWORKS: &[Framework] = &[
    Framework { name: "fingerpost" },
    Framework { name: "axum" },
    Framework { name: "actix-web" },
    Framework { name: "rocket" },
];

/// A program as it stands on the disk.
#[derive(Debug)]
pub(super) struct Program {
    framework: &'static Framework,
    folder: PathBuf,
    /// The target folder.
    builds: PathBuf,
}

impl Program {
    /// Writes the program; one of the same framework and number of routes is written over.
    ///
    /// # Errors
    ///
    /// Where a template cannot be read or a file not be written.
    pub(super) fn write(framework: &'static Framework, routes: usize) -> Result<Self, String> {
        let all = target().join("bench/compile");
        let folder = all.join(format!("{}-{routes}", framework.name));
        let program = Self { framework, folder, builds: all.join("target").join(framework.name) };
        let manifest = program.template("Cargo.toml")?;
        let path = root().join("framework").display().to_string();
        program.save("Cargo.toml", &manifest.replace("FRAMEWORK", &path))?;
        program.save("src/model.rs", &read(&root().join("benches/compile/model.rs"))?)?;
        let resources = routes.div_ceil(ROUTES_PER_RESOURCE);
        program.save("src/main.rs", &repeat(&program.template("main.rs")?, resources))?;
        for resource in 0..resources {
            program.save_resource(resource, 0)?;
        }
        Ok(program)
    }

    /// Changes a number in one handler's body.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written.
    pub(super) fn touch(&self, number: usize) -> Outcome {
        self.save_resource(0, number)
    }

    /// Runs cargo on the program.
    ///
    /// # Errors
    ///
    /// Where the program does not compile.
    pub(super) fn cargo(&self, arguments: &[&str]) -> Outcome {
        run(cargo(arguments).current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.builds))
    }

    /// Removes what cargo made in a folder below its own, or in all of it where that has no name.
    ///
    /// # Errors
    ///
    /// Where it cannot be removed.
    pub(super) fn forget_builds(&self, below: &str) -> Outcome {
        let folder = self.builds.join(below);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(format!("{}: {error}", folder.display()))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes what cargo made of the program itself.
    ///
    /// # Errors
    ///
    /// Where cargo fails.
    pub(super) fn forget_last_crate(&self) -> Outcome {
        self.cargo(&["clean", "--quiet", "--package", &self.package()])
    }

    /// How many crates a build of the program compiles, build scripts' and macros' among them.
    ///
    /// # Errors
    ///
    /// Where cargo fails.
    pub(super) fn crates(&self) -> Result<usize, String> {
        Ok(self.tree()?.lines().filter(|line| !line.is_empty()).collect::<BTreeSet<_>>().len())
    }

    /// The framework with its version, such as `axum 0.8.9`.
    ///
    /// # Errors
    ///
    /// Where cargo fails.
    pub(super) fn version_of_framework(&self) -> Result<String, String> {
        let tree = self.tree()?;
        let mut crates = tree.lines().map(|line| line.split_whitespace());
        let version = crates.find_map(|mut words| {
            (words.next() == Some(self.framework.name)).then(|| words.next().unwrap_or_default())
        });
        let version = version.unwrap_or_default();
        Ok(format!("{} {}", self.framework.name, version.strip_prefix('v').unwrap_or(version)))
    }

    /// The bytes of the release binary.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub(super) fn binary_len(&self) -> Result<u64, String> {
        let path = self.builds.join("release").join(self.package());
        Ok(fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.len())
    }

    fn package(&self) -> String {
        format!("compile-{}", self.framework.name)
    }

    fn tree(&self) -> Result<String, String> {
        let mut tree = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"]);
        output(tree.current_dir(&self.folder))
    }

    fn save_resource(&self, resource: usize, number: usize) -> Outcome {
        let text = self.template("resource.rs")?.replace("TOUCH", &number.to_string());
        self.save(&format!("src/r{resource}.rs"), &text.replace("RESOURCE", &resource.to_string()))
    }

    fn template(&self, file: &str) -> Result<String, String> {
        read(&root().join("benches/compile").join(self.framework.name).join(file))
    }

    fn save(&self, file: &str, text: &str) -> Outcome {
        let path = self.folder.join(file);
        let folder = path.parent().unwrap_or(&self.folder);
        let saved = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        saved.map_err(|error| format!("{}: {error}", path.display()))
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes each line that has the word `RESOURCE` once for each resource.
fn repeat(template: &str, resources: usize) -> String {
    let mut text = String::new();
    for line in template.split_inclusive('\n') {
        let times = if line.contains("RESOURCE") { resources } else { 1 };
        for resource in 0..times {
            text.push_str(&line.replace("RESOURCE", &resource.to_string()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_the_lines_of_a_resource() {
        let template = "mod model;\nmod rRESOURCE;\nfn main() {}\n";
        assert_eq!(repeat(template, 2), "mod model;\nmod r0;\nmod r1;\nfn main() {}\n");
    }

    #[test]
    fn each_framework_has_its_templates() {
        for framework in FRAMEWORKS {
            let folder = root().join("benches/compile").join(framework.name);
            let [main, resource] = ["main.rs", "resource.rs"].map(|file| read(&folder.join(file)).unwrap());
            assert!(main.contains("rRESOURCE::list"), "{main}");
            assert_eq!(resource.matches("async fn").count(), ROUTES_PER_RESOURCE, "{resource}");
            assert_eq!(resource.matches("TOUCH").count(), 1, "{resource}");
        }
    }
}
