//! The corpus: generated anew for each run, with what was changed in it.

use super::Failure;
use super::variants::{self, Variant};
use drift_core::Rules;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Both documents of one estate.
pub(crate) struct Corpus {
    folder: PathBuf,
    pub(crate) array: bool,
    pub(crate) desired: Vec<u8>,
    pub(crate) actual: Vec<u8>,
}

impl Corpus {
    pub(crate) fn open(folder: PathBuf, array: bool) -> Result<Self, Failure> {
        let extension = if array { "json" } else { "ndjson" };
        let read = |name: &str| std::fs::read(folder.join(format!("{name}.{extension}")));
        Ok(Self { desired: read("desired")?, actual: read("actual")?, array, folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn name(&self) -> String {
        self.folder.display().to_string()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub(crate) fn json(&self, file: &str) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&std::fs::read(self.path(file))?)?)
    }

    /// What `ignore.json` says, in the rule language. `thousand` adds as many rules that match types
    /// of the corpus and none of its paths.
    pub(crate) fn rules(&self, thousand: bool) -> Result<Rules, Failure> {
        let known = self.json("ignore.json")?;
        let any = json!({"type": "*"});
        let mut rules =
            vec![json!({"id": "noise", "match": any, "paths": known["ignore"], "ignore": true})];
        for (name, keys) in known["array_keys"].as_object().into_iter().flatten() {
            let list = if keys.is_array() { json!({"keyed": keys}) } else { json!("set") };
            let paths = [format!("$..{name}")];
            rules.push(
                json!({"id": format!("list-{name}"), "match": any, "paths": paths, "list": list}),
            );
        }
        for index in 0..if thousand { 1000 } else { 0 } {
            let paths = match index % 3 {
                0 => json!([format!("/spec/extra_{index}")]),
                1 => json!([format!("$..field_{index}")]),
                _ => json!([format!("/spec/*/other_{index}/*")]),
            };
            rules.push(json!({"id": format!("more-{index}"), "match": any, "paths": paths, "ignore": true}));
        }
        Ok(Rules::from_value(&json!({"version": 1, "rules": rules}))?)
    }
}

/// The estates that are measured.
pub(crate) struct Corpora {
    root: PathBuf,
    generator: Option<PathBuf>,
    seed: String,
    count: usize,
    quick: bool,
}

impl Corpora {
    /// A folder for estates of a seed that nobody has seen before.
    pub(crate) fn generate(quick: bool) -> Result<Self, Failure> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bars");
        let generator = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/bench/gen.py");
        let generator = Some(generator).filter(|generator| generator.exists());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let seed = std::env::var("DRIFT_BARS_SEED").unwrap_or(now.as_nanos().to_string());
        let name =
            generator.as_ref().map_or("its own, smaller".to_owned(), |g| g.display().to_string());
        eprintln!("seed {seed}, generator: {name}");
        if root.exists() {
            std::fs::remove_dir_all(&root)?;
        }
        Ok(Self { root, generator, seed, count: if quick { 1_000 } else { 10_000 }, quick })
    }

    fn make(&self, name: &str, count: usize, more: &[&str]) -> Result<PathBuf, Failure> {
        let folder = self.root.join(name);
        if !folder.exists() {
            std::fs::create_dir_all(&folder)?;
            let Some(generator) = &self.generator else {
                super::own::generate(&folder, count, &self.seed, more.contains(&"--defaults"))?;
                return Ok(folder);
            };
            let status = Command::new("python3")
                .arg(generator)
                .args(["--n", &count.to_string(), "--seed", &self.seed, "--out"])
                .arg(&folder)
                .args(more)
                .stderr(std::process::Stdio::null())
                .status()?;
            if !status.success() {
                return Err("the corpus could not be generated".into());
            }
        }
        Ok(folder)
    }

    pub(crate) fn plain(&self) -> Result<Corpus, Failure> {
        Corpus::open(self.make("plain", self.count, &[])?, false)
    }

    pub(crate) fn array(&self) -> Result<Corpus, Failure> {
        Corpus::open(self.make("plain", self.count, &[])?, true)
    }

    pub(crate) fn defaults(&self) -> Result<Corpus, Failure> {
        Corpus::open(self.make("defaults", self.count, &["--defaults", "--no-array"])?, false)
    }

    pub(crate) fn variant(&self, variant: Variant, name: &str) -> Result<Corpus, Failure> {
        let folder = self.root.join(name.replace(' ', "-"));
        variants::write(&self.plain()?, &folder, variant)?;
        Corpus::open(folder, false)
    }

    pub(crate) fn large(&self) -> Result<Option<Corpus>, Failure> {
        if self.quick {
            return Ok(None);
        }
        let folder = self.make("large", self.count * 10, &["--no-array"])?;
        Corpus::open(folder, false).map(Some)
    }
}
