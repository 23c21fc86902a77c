//! A stand-in for AWS's endpoints: HTTP on this machine, with answers that are known before.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What came in.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: String,
}

impl Request {
    /// A header, or nothing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
            .unwrap_or("")
    }
}

/// Status, type and text of an answer.
pub(super) type Answer = (u16, &'static str, String);

pub(super) struct StandIn {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl StandIn {
    /// Answers the first request with the first answer, and so on; the last one is given for ever.
    pub(super) async fn answering(answers: Vec<Answer>) -> Self {
        Self::over(None, answers).await
    }

    /// The same, over TLS with this certificate and key.
    pub(super) async fn over_tls(certificate: &rcgen::CertifiedKey<rcgen::KeyPair>, answers: Vec<Answer>) -> Self {
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(certificate.signing_key.serialize_der());
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.cert.der().clone()], key.into())
            .unwrap();
        Self::over(Some(TlsAcceptor::from(Arc::new(config))), answers).await
    }

    async fn over(tls: Option<TlsAcceptor>, answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{}", listener.local_addr().unwrap().port());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                match &tls {
                    None => answer(stream, &seen, &answers).await,
                    // Who does not trust the certificate goes away again.
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => answer(stream, &seen, &answers).await,
                        Err(_) => continue,
                    },
                }
            }
        });
        Self { url, requests }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, seen: &Mutex<Vec<Request>>, answers: &[Answer]) {
    let request = read(&mut stream).await;
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request);
        seen.len().min(answers.len()) - 1
    };
    let (status, kind, body) = &answers[number];
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Because\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    // The other side may have closed it already.
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Request {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8(bytes.clone()).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let request = Request { head: head.to_owned(), body: body.to_owned() };
            if body.len() >= request.header("content-length").parse().unwrap_or(0) {
                return request;
            }
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the connection ended early");
    }
}

/// An answer of a cluster's endpoint.
pub(super) fn issued(user: &str, password: &str, expires: &str) -> Answer {
    let body = format!(
        "<GetClusterCredentialsResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\">\
         <GetClusterCredentialsResult><DbUser>{user}</DbUser><DbPassword>{password}</DbPassword>\
         <Expiration>{expires}</Expiration></GetClusterCredentialsResult>\
         <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetClusterCredentialsResponse>"
    );
    (200, "text/xml", body)
}

/// A refusal of a cluster's endpoint.
pub(super) fn refused(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    );
    (status, "text/xml", body)
}

/// An answer of a workgroup's endpoint.
pub(super) fn issued_serverless(user: &str, password: &str, expires: i64) -> Answer {
    let body = serde_json::json!({ "dbUser": user, "dbPassword": password, "expiration": expires });
    (200, "application/x-amz-json-1.1", body.to_string())
}

/// A refusal of a workgroup's endpoint.
pub(super) fn refused_serverless(code: &str, message: &str) -> Answer {
    let body = serde_json::json!({ "__type": code, "message": message });
    (400, "application/x-amz-json-1.1", body.to_string())
}
