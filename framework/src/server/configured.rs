//! Settings from a file, and the application's own section of it before there is any state.

use std::io::Write as _;
use std::path::PathBuf;

use serde_core::de::DeserializeOwned;

use super::Server;
use super::run::Next;

impl<S: Send + Sync + 'static, P> Server<S, P> {
    /// Reads settings from a YAML file, unless `--config` or `SERVER_CONFIG` names another one.
    ///
    /// They go before those of the program; the environment and the command line go before them. The keys at the top
    /// are the names of [`Settings`](crate::Settings), and `app` and `profiles`; see [`Server::configured`]. A file that
    /// is not there or has a fault is an error of [`Server::run`] and [`Server::configured`].
    ///
    /// ```no_run
    /// use server::{Server, get, routes};
    ///
    /// #[get("/")]
    /// async fn index() -> &'static str {
    ///     "Hello"
    /// }
    ///
    /// #[server::main]
    /// async fn main() -> server::Result {
    ///     Server::new(routes![index]).config_file("service.yaml").run().await
    /// }
    /// ```
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file.set_path(path.into());
        self
    }

    /// Reads the application's own settings: the section `app` of the file, with what the environment
    /// (`SERVER_APP__DATABASE__URL`) and the command line (`--app.database.url`) say over it.
    ///
    /// Call it before the state is made, which is what needs them. A variable that ends in `_FILE`
    /// (`SERVER_APP__DATABASE__PASSWORD_FILE`) names a file that has the value, as Docker and Kubernetes mount secrets.
    /// Without a file the section is what the other two say, and may be empty.
    ///
    /// With `--check-config`, `--print-config`, `--help`, `--version` or `--routes` on the command line it prints those
    /// and **ends the program**, so that nothing that the state needs is opened for them; what is wrong is an error
    /// all the same.
    ///
    /// ```no_run
    /// use server::{Secret, Server, State, get, routes};
    ///
    /// #[derive(Clone, serde::Deserialize)]
    /// struct Config {
    ///     greeting: String,
    ///     token: Secret,
    /// }
    ///
    /// #[derive(Clone, server::State)]
    /// struct App {
    ///     config: Config,
    /// }
    ///
    /// #[get("/")]
    /// async fn index(config: State<Config>) -> String {
    ///     config.greeting.clone()
    /// }
    ///
    /// #[server::main]
    /// async fn main() -> server::Result {
    ///     let server = Server::new(routes![index]).config_file("service.yaml");
    ///     let (server, config) = server.configured::<Config>()?;
    ///     server.state(App { config }).run().await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigErrors`](crate::ConfigErrors) with everything that is wrong, the server's settings among it. A key that
    /// the struct has not is wrong as well, unless a field is `#[serde(flatten)]`.
    pub fn configured<T: DeserializeOwned>(mut self) -> crate::Result<(Self, T)> {
        let mut gathered = self.gather();
        let config = gathered.claim::<T>();
        let loaded = gathered.finish()?;
        if self.act(&loaded)? == Next::End {
            std::io::stdout().flush()?;
            std::process::exit(0);
        }
        let Some(config) = config else {
            return Err(crate::Error::message("the application's section cannot be read"));
        };
        self.file.keep(loaded.section);
        Ok((self, config))
    }
}
