//! A case: what is done, how many operations that is, and what of another's it is held against.

/// Something that is run again and again; one run is a pass.
pub(crate) type Subject = Box<dyn FnMut()>;

/// A name under which instructions are counted.
pub(crate) struct Case {
    /// Such as `routing/github/static`.
    pub(crate) name: String,
    /// How many operations a pass is.
    pub(crate) operations: usize,
    pub(crate) ours: Subject,
    /// The same done by another crate, of this name.
    pub(crate) peer: Option<(&'static str, Subject)>,
}

impl Case {
    /// A case whose pass is one operation.
    pub(crate) fn new(name: impl Into<String>, ours: impl FnMut() + 'static) -> Self {
        Self { name: name.into(), operations: 1, ours: Box::new(ours), peer: None }
    }

    /// Says how many operations a pass is.
    pub(crate) fn operations(self, operations: usize) -> Self {
        Self { operations, ..self }
    }

    /// Says who else does it.
    pub(crate) fn against(self, peer: &'static str, subject: impl FnMut() + 'static) -> Self {
        Self { peer: Some((peer, Box::new(subject))), ..self }
    }
}
