//! `data/users.toml` to the table that `src/images/users.rs` includes.

use serde::Deserialize;

use super::tables::{read, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Users {
    user: Vec<User>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    image: Option<String>,
    distribution: Option<String>,
    since: String,
    name: String,
    id: u32,
    #[serde(rename = "source")]
    _source: String,
}

/// Writes the table; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let data: Users = read("users")?;
    let mut users = Vec::new();
    for user in &data.user {
        if user.image.is_some() == user.distribution.is_some() {
            return Err(format!("data/users.toml: `{}` is of what?", user.name));
        }
        users.push(format!(
            "BaseAccount {{ image: {:?}, distribution: {:?}, since: {:?}, name: {:?}, id: {} }}",
            user.image, user.distribution, user.since, user.name, user.id
        ));
    }
    let text = table("The users.", "static ACCOUNTS", "BaseAccount", &users);
    write("users.rs", &text);
    Ok(())
}
