//! Signing in and out, passwords, and tokens of the API.

mod account;
mod login;
mod logout;
mod me;
mod tokens;
mod ways_in;

pub(crate) use login::From;

use http::StatusCode;

use crate::endpoint::Endpoint;

const TAG: &str = "Signing in";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/session", "sign_in", login::run)
            .about(TAG, "Signs in with the password of a local account")
            .open()
            .body::<login::Login>()
            .answers_nothing(StatusCode::NO_CONTENT, "Signed in: the cookie of the session is set."),
        Endpoint::delete("/api/v1/session", "sign_out", logout::run)
            .about(TAG, "Signs out")
            .open()
            .answers_nothing(StatusCode::NO_CONTENT, "Signed out."),
        Endpoint::get("/api/v1/ways-in", "ways_in", ways_in::run)
            .about(TAG, "Tells how people sign in here, and whether the first administrator is still to be made")
            .open()
            .answers::<ways_in::WaysIn>(StatusCode::OK, "The ways in."),
        Endpoint::get("/api/v1/me", "who_am_i", me::run)
            .about(TAG, "Tells who is signed in, and what they may do")
            .answers::<me::Me>(StatusCode::OK, "The caller."),
        Endpoint::put("/api/v1/users/{name}/password", "set_password", account::run)
            .about(TAG, "Sets the password of a local account, and ends its sessions; of another user also the tokens")
            .needs("one's own current password; APPLICATION_ADMIN, or USER_ADMIN for users without permissions")
            .body::<account::Password>()
            .answers_nothing(StatusCode::NO_CONTENT, "The password is set."),
        Endpoint::delete("/api/v1/users/{name}/password", "delete_password", account::delete)
            .about(TAG, "Deletes a local account, and ends its sessions; the user stays")
            .needs("APPLICATION_ADMIN, or USER_ADMIN for users without permissions")
            .answers_nothing(StatusCode::NO_CONTENT, "There is no account any more."),
        Endpoint::get("/api/v1/users/{name}/tokens", "list_tokens", tokens::list)
            .about(TAG, "Lists the tokens of a user, without what they are shown by")
            .needs("to be that user, or APPLICATION_ADMIN")
            .answers::<Vec<tokens::Token>>(StatusCode::OK, "The tokens."),
        Endpoint::post("/api/v1/users/{name}/tokens", "create_token", tokens::create)
            .about(TAG, "Makes a token for oneself; it is shown this once")
            .needs("to be that user, and signed in with more than a token")
            .body::<tokens::NewToken>()
            .answers::<tokens::Made>(StatusCode::CREATED, "The token."),
        Endpoint::delete("/api/v1/users/{name}/tokens/{id}", "revoke_token", tokens::revoke)
            .about(TAG, "Revokes a token")
            .needs("to be that user, or APPLICATION_ADMIN")
            .answers_nothing(StatusCode::NO_CONTENT, "It is not valid any more."),
    ]
}
