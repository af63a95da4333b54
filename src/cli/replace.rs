//! Replaces a file as a whole: what is written waits beside it and takes its place when it is complete, so
//! that nobody ever finds half a file.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes `text` to `path`. A link is followed, so that the file behind it is replaced and not the link;
/// the file's permissions stay.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".havesay-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&real).map_or(0o644, |known| known.permissions().mode());
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode))?;
    }
    file.persist(&real).map_err(|error| error.error)?;
    Ok(())
}
