use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use super::*;

/// A folder `root` beside a secret that no path in it may lead to.
struct Ground {
    folder: TempDir,
}

impl Ground {
    fn new() -> Self {
        let ground = Self { folder: TempDir::new().unwrap() };
        fs::create_dir_all(ground.path("root/a/b")).unwrap();
        fs::write(ground.path("secret"), "secret").unwrap();
        fs::write(ground.path("root/top"), "top").unwrap();
        fs::write(ground.path("root/a/b/deep"), "deep").unwrap();
        ground
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn link(&self, name: &str, target: &str) {
        symlink(target, self.path("root").join(name)).unwrap();
    }

    fn open(&self, symlinks: Symlinks) -> Folder {
        Folder::open(&self.path("root"), symlinks, Access::Blocking).unwrap()
    }
}

fn read(folder: &Folder, path: &str) -> Result<String, ErrorKind> {
    let names: Vec<_> = path.split('/').filter(|name| !name.is_empty()).map(OsString::from).collect();
    let mut text = String::new();
    let mut entry = folder.entry(&names).map_err(|error| error.kind())?;
    if entry.metadata().unwrap().is_dir() {
        return Ok("folder".to_owned());
    }
    entry.read_to_string(&mut text).unwrap();
    Ok(text)
}

#[test]
fn names_are_opened_one_in_the_other() {
    let ground = Ground::new();
    for symlinks in [Symlinks::WithinRoot, Symlinks::Never, Symlinks::Follow] {
        let folder = ground.open(symlinks);
        let rows = [("top", "top"), ("a/b/deep", "deep"), ("a", "folder"), ("", "folder")];
        for (path, expected) in rows {
            assert_eq!(read(&folder, path).as_deref(), Ok(expected), "{symlinks:?} {path}");
        }
        assert_eq!(read(&folder, "none"), Err(ErrorKind::NotFound));
        assert_eq!(read(&folder, "none/top"), Err(ErrorKind::NotFound));
        assert_eq!(read(&folder, "top/x"), Err(ErrorKind::NotADirectory));
        assert_eq!(read(&folder, &"x".repeat(300)), Err(ErrorKind::InvalidFilename));
    }
    assert!(Folder::open(&ground.path("none"), Symlinks::Never, Access::Blocking).is_err());
    assert!(Folder::open(&ground.path("secret"), Symlinks::Never, Access::Blocking).is_err());
}

/// Where the system has all in memory, the same is found without a wait; what it has not is never taken for absent.
#[test]
fn what_is_at_hand_is_what_is_there() {
    let ground = Ground::new();
    ground.link("near", "top");
    for symlinks in [Symlinks::WithinRoot, Symlinks::Never, Symlinks::Follow] {
        let slow = ground.open(symlinks);
        for path in ["top", "a/b/deep", "a", "", "near", "none", "none/top", "top/x", &"x".repeat(300)] {
            let expected = read(&slow, path);
            let folder = Folder::open(&ground.path("root"), symlinks, Access::AtHand);
            let found = folder.map_err(|error| error.kind()).and_then(|folder| read(&folder, path));
            if found != Err(ErrorKind::WouldBlock) {
                assert_eq!(found, expected, "{symlinks:?} {path}");
            }
        }
    }
    let system_tells = open_at(CWD, OsStr::new("/"), STEP, Access::AtHand).is_ok();
    if system_tells {
        let folder = Folder::open(&ground.path("root"), Symlinks::WithinRoot, Access::AtHand).unwrap();
        let rows = [
            ("a/b/deep", Ok("deep")),
            ("none", Err(ErrorKind::NotFound)),
            ("near", Err(ErrorKind::WouldBlock)),
        ];
        for (path, expected) in rows {
            assert_eq!(read(&folder, path).as_deref().map_err(|&kind| kind), expected, "{path}");
        }
    }
}

#[test]
fn a_link_leads_where_it_may() {
    let ground = Ground::new();
    let outside = ground.path("secret").to_str().unwrap().to_owned();
    let inside = ground.path("root/top").to_str().unwrap().to_owned();
    let rows: &[(&str, &str, Option<&str>, Option<&str>)] = &[
        // Within the root, and where any may be followed.
        ("near", "top", Some("top"), Some("top")),
        ("a/up", "../top", Some("top"), Some("top")),
        ("a/b/round", "../../a/./b//deep", Some("deep"), Some("deep")),
        ("folder", "a/b", Some("folder"), Some("folder")),
        ("a/back", "..", Some("folder"), Some("folder")),
        ("chain", "near", Some("top"), Some("top")),
        ("out", "../secret", None, Some("secret")),
        ("a/out", "../../secret", None, Some("secret")),
        ("a/home", "../../root/top", None, Some("top")),
        ("absolute", &outside, None, Some("secret")),
        ("absolute-inside", &inside, None, Some("top")),
        ("loop", "loop", None, None),
        ("nowhere", "none", None, None),
    ];
    for (name, target, ..) in rows {
        ground.link(name, target);
    }
    for (name, _, within, anywhere) in rows {
        let found = |symlinks| read(&ground.open(symlinks), name).ok();
        assert_eq!(found(Symlinks::WithinRoot).as_deref(), *within, "{name}");
        assert_eq!(found(Symlinks::Follow).as_deref(), *anywhere, "{name}");
        assert_eq!(found(Symlinks::Never), None, "{name}");
    }
    let through = |symlinks| read(&ground.open(symlinks), "folder/deep").ok();
    assert_eq!(through(Symlinks::WithinRoot).as_deref(), Some("deep"));
    assert_eq!(through(Symlinks::Never), None);
}

#[test]
fn links_are_counted() {
    let ground = Ground::new();
    for number in 0..=MAX_LINKS {
        ground.link(&format!("l{}", number + 1), &format!("l{number}"));
    }
    ground.link("l0", "top");
    let folder = ground.open(Symlinks::WithinRoot);
    assert_eq!(read(&folder, &format!("l{}", MAX_LINKS - 1)).as_deref(), Ok("top"));
    assert_eq!(read(&folder, &format!("l{MAX_LINKS}")), Err(ErrorKind::NotFound));
}

#[test]
fn a_pipe_keeps_nobody_waiting() {
    let ground = Ground::new();
    rustix::fs::mkfifoat(CWD, ground.path("root/pipe"), Mode::RUSR | Mode::WUSR).unwrap();
    let folder = ground.open(Symlinks::WithinRoot);
    assert!(!folder.entry(&["pipe".into()]).unwrap().metadata().unwrap().is_file());
}

/// One thread puts a link to the outside in the place of a folder and back, as fast as it can.
#[test]
fn no_rename_between_two_steps_leads_out() {
    let ground = Ground::new();
    fs::create_dir(ground.path("outside")).unwrap();
    fs::write(ground.path("outside/deep"), "secret").unwrap();
    ground.link("a/evil", "../../outside");
    let (b, kept, evil) = (ground.path("root/a/b"), ground.path("root/a/kept"), ground.path("root/a/evil"));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                fs::rename(&b, &kept).unwrap();
                fs::rename(&evil, &b).unwrap();
                fs::rename(&b, &evil).unwrap();
                fs::rename(&kept, &b).unwrap();
            }
        });
        for symlinks in [Symlinks::WithinRoot, Symlinks::Never] {
            let folder = ground.open(symlinks);
            for _ in 0..3000 {
                let found = read(&folder, "a/b/deep");
                assert!(found.as_deref() != Ok("secret"), "{symlinks:?}");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}
