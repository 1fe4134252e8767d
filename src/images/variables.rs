//! The variables that official images set.

use super::{ImageRef, official_name};

/// What an image makes of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageVariable {
    /// It sets it.
    Set,
    /// It may set it: its environment is not known.
    Perhaps,
    /// It does not set it.
    Unset,
}

/// Official images and the variables their current releases set, besides `PATH`. Taken from their
/// published Dockerfiles.
const IMAGES: &[(&str, &str)] = &[
    (
        "adminer",
        "ADMINER_VERSION ADMINER_DOWNLOAD_SHA256 ADMINER_SRC_DOWNLOAD_SHA256",
    ),
    ("amazoncorretto", "LANG JAVA_HOME"),
    (
        "arangodb",
        "\
        ARANGO_VERSION ARANGO_URL ARANGO_PACKAGE ARANGO_PACKAGE_URL ARANGO_SIGNATURE_URL \
        GLIBCXX_FORCE_NEW",
    ),
    (
        "backdrop",
        "BACKDROP_VERSION BACKDROP_MD5 PHP_EXTRA_BUILD_DEPS PHP_EXTRA_CONFIGURE_ARGS",
    ),
    (
        "bash",
        "_BASH_VERSION _BASH_BASELINE _BASH_LATEST_PATCH _BASH_COMMIT",
    ),
    (
        "caddy",
        "\
        CADDY_VERSION XCADDY_VERSION XCADDY_SETCAP XCADDY_SKIP_CLEANUP XDG_CONFIG_HOME \
        XDG_DATA_HOME",
    ),
    (
        "cassandra",
        "CASSANDRA_VERSION CASSANDRA_HOME CASSANDRA_CONF CASSANDRA_SHA512 GOSU_VERSION GPG_KEYS",
    ),
    (
        "composer",
        "COMPOSER_ALLOW_SUPERUSER COMPOSER_HOME COMPOSER_VERSION",
    ),
    ("couchdb", "COUCHDB_VERSION GPG_COUCH_KEY"),
    (
        "docker",
        "\
        DOCKER_VERSION DOCKER_BUILDX_VERSION DOCKER_COMPOSE_VERSION DOCKER_TLS_CERTDIR \
        DIND_COMMIT",
    ),
    ("drupal", "DRUPAL_VERSION COMPOSER_ALLOW_SUPERUSER"),
    ("eclipse-temurin", ""),
    (
        "elixir",
        "ELIXIR_VERSION LANG OTP_VERSION REBAR_VERSION REBAR3_VERSION",
    ),
    ("erlang", "OTP_VERSION REBAR_VERSION REBAR3_VERSION LANG"),
    (
        "flink",
        "FLINK_HOME FLINK_TGZ_URL FLINK_ASC_URL CHECK_GPG GPG_KEY GOSU_VERSION",
    ),
    (
        "friendica",
        "\
        FRIENDICA_VERSION FRIENDICA_ADDONS FRIENDICA_DOWNLOAD_SHA256 \
        FRIENDICA_DOWNLOAD_ADDONS_SHA256 FRIENDICA_SYSLOG_FLAGS GOSU_VERSION PHP_MEMORY_LIMIT \
        PHP_UPLOAD_LIMIT PHP_EXTRA_BUILD_DEPS PHP_EXTRA_CONFIGURE_ARGS",
    ),
    (
        "ghost",
        "\
        GHOST_VERSION GHOST_CLI_VERSION GHOST_INSTALL GHOST_CONTENT GOSU_VERSION NODE_ENV \
        NODE_VERSION YARN_VERSION",
    ),
    ("golang", ""),
    (
        "gradle",
        "GRADLE_HOME GRADLE_VERSION JAVA_LTS_HOME JAVA_CURRENT_HOME",
    ),
    ("groovy", "GROOVY_HOME GROOVY_VERSION"),
    ("haproxy", "HAPROXY_VERSION HAPROXY_URL HAPROXY_SHA256"),
    ("haskell", "LANG"),
    (
        "httpd",
        "HTTPD_PREFIX HTTPD_VERSION HTTPD_SHA256 HTTPD_PATCHES",
    ),
    (
        "hylang",
        "\
        HY_VERSION HYRULE_VERSION PYTHON_VERSION PYTHON_SHA256 GPG_KEY LANG PYTHON_PIP_VERSION \
        PYTHON_SETUPTOOLS_VERSION PYTHON_GET_PIP_URL PYTHON_GET_PIP_SHA256",
    ),
    ("ibm-semeru-runtimes", "JAVA_TOOL_OPTIONS"),
    ("ibmjava", "IBM_JAVA_OPTIONS JAVA_HOME JAVA_VERSION"),
    (
        "influxdb",
        "INFLUXDB_VERSION INFLUX_CLI_VERSION GOSU_VER INFLUX_CONFIGS_PATH",
    ),
    (
        "jetty",
        "JETTY_VERSION JETTY_HOME JETTY_BASE JETTY_TGZ_URL JETTY_GPG_KEYS TMPDIR",
    ),
    (
        "joomla",
        "JOOMLA_VERSION JOOMLA_SHA512 JOOMLA_INSTALLATION_DISABLE_LOCALHOST_CHECK",
    ),
    (
        "julia",
        "JULIA_VERSION JULIA_PATH JULIA_GPG JULIA_URL JULIA_SHA256",
    ),
    ("kong", "KONG_VERSION KONG_PREFIX"),
    ("mariadb", "MARIADB_VERSION MARIADB_MAJOR GOSU_VERSION LANG"),
    (
        "matomo",
        "MATOMO_VERSION PHP_MEMORY_LIMIT PHP_EXTRA_BUILD_DEPS PHP_EXTRA_CONFIGURE_ARGS",
    ),
    ("maven", "MAVEN_HOME MAVEN_CONFIG"),
    (
        "memcached",
        "MEMCACHED_VERSION MEMCACHED_URL MEMCACHED_SHA1",
    ),
    (
        "mongo",
        "\
        MONGO_VERSION MONGO_MAJOR MONGO_PACKAGE MONGO_REPO GOSU_VERSION JSYAML_VERSION \
        JSYAML_CHECKSUM GLIBC_TUNABLES HOME",
    ),
    (
        "monica",
        "\
        MONICA_VERSION APACHE_BODY_LIMIT PHP_MEMORY_LIMIT PHP_UPLOAD_LIMIT \
        PHP_OPCACHE_MAX_ACCELERATED_FILES PHP_OPCACHE_MAX_WASTED_PERCENTAGE \
        PHP_OPCACHE_MEMORY_CONSUMPTION PHP_OPCACHE_VALIDATE_TIMESTAMPS PHP_EXTRA_BUILD_DEPS \
        PHP_EXTRA_CONFIGURE_ARGS",
    ),
    (
        "mysql",
        "MYSQL_VERSION MYSQL_MAJOR MYSQL_SHELL_VERSION GOSU_VERSION",
    ),
    (
        "neo4j",
        "\
        NEO4J_HOME NEO4J_EDITION NEO4J_TARBALL NEO4J_SHA256 JAVA_HOME LANG TINI_VERSION \
        TINI_SHA256",
    ),
    (
        "nextcloud",
        "\
        NEXTCLOUD_VERSION APACHE_BODY_LIMIT PHP_MEMORY_LIMIT PHP_OPCACHE_MEMORY_CONSUMPTION \
        PHP_UPLOAD_LIMIT PHP_EXTRA_BUILD_DEPS PHP_EXTRA_CONFIGURE_ARGS",
    ),
    (
        "nginx",
        "\
        NGINX_VERSION NJS_VERSION NJS_RELEASE PKG_RELEASE DYNPKG_RELEASE OTEL_VERSION \
        ACME_VERSION",
    ),
    ("node", "NODE_VERSION YARN_VERSION NPM_CONFIG_LOGLEVEL"),
    ("odoo", "ODOO_VERSION ODOO_RC LANG"),
    (
        "open-liberty",
        "LOG_DIR OPENJ9_JAVA_OPTIONS OPENJ9_SCC RANDFILE WLP_OUTPUT_DIR WLP_SKIP_MAXPERMSIZE",
    ),
    (
        "openjdk",
        "JAVA_HOME JAVA_VERSION LANG JAVA_URL_VERSION JAVA_BASE_URL",
    ),
    (
        "orientdb",
        "ORIENTDB_VERSION ORIENTDB_DOWNLOAD_MD5 ORIENTDB_DOWNLOAD_SHA1 ORIENTDB_DOWNLOAD_URL",
    ),
    (
        "percona",
        "PERCONA_MAJOR PERCONA_VERSION GOSU_VERSION GPG_KEYS",
    ),
    (
        "php",
        "PHP_MD5 PHP_EXTRA_BUILD_DEPS PHP_EXTRA_CONFIGURE_ARGS",
    ),
    (
        "phpmyadmin",
        "\
        VERSION SHA256 URL TZ MAX_EXECUTION_TIME MEMORY_LIMIT PMA_SSL_DIR SESSION_SAVE_PATH \
        UPLOAD_LIMIT PHP_EXTRA_BUILD_DEPS PHP_EXTRA_CONFIGURE_ARGS",
    ),
    (
        "plone",
        "\
        PLONE_VERSION PLONE_MAJOR PLONE_MD5 PLONE_VERSION_RELEASE PIP SETUPTOOLS WHEEL \
        ZC_BUILDOUT PYTHON_VERSION PYTHON_SHA256 GPG_KEY LANG PYTHON_PIP_VERSION \
        PYTHON_SETUPTOOLS_VERSION PYTHON_GET_PIP_URL PYTHON_GET_PIP_SHA256",
    ),
    (
        "postgres",
        "PG_MAJOR PG_VERSION PG_SHA256 PGDATA LANG GOSU_VERSION DOCKER_PG_LLVM_DEPS",
    ),
    ("pypy", "PYPY_VERSION LANG PYTHON_PIP_VERSION"),
    (
        "python",
        "\
        PYTHON_VERSION PYTHON_SHA256 GPG_KEY LANG PYTHON_PIP_VERSION PYTHON_SETUPTOOLS_VERSION \
        PYTHON_GET_PIP_URL PYTHON_GET_PIP_SHA256",
    ),
    (
        "rabbitmq",
        "\
        RABBITMQ_VERSION RABBITMQ_HOME RABBITMQ_DATA_DIR RABBITMQ_LOGS RABBITMQ_PGP_KEY_ID \
        RUNNING_UNDER_SYSTEMD ERLANG_INSTALL_PATH_PREFIX OPENSSL_INSTALL_PATH_PREFIX HOME LANG \
        LANGUAGE LC_ALL",
    ),
    (
        "redis",
        "REDIS_VERSION REDIS_DOWNLOAD_URL REDIS_DOWNLOAD_SHA GOSU_VERSION",
    ),
    (
        "redmine",
        "\
        REDMINE_VERSION REDMINE_DOWNLOAD_URL REDMINE_DOWNLOAD_SHA256 RAILS_ENV \
        RAILS_LOG_TO_STDOUT GOSU_VERSION HOME RUBY_VERSION GEM_HOME BUNDLE_APP_CONFIG \
        BUNDLE_SILENCE_ROOT_WARNING LANG RUBY_DOWNLOAD_URL RUBY_DOWNLOAD_SHA256 \
        BUNDLE_FORCE_RUBY_PLATFORM",
    ),
    ("rethinkdb", "RETHINKDB_PACKAGE_VERSION"),
    (
        "ruby",
        "\
        RUBY_VERSION RUBY_MAJOR RUBY_DOWNLOAD_URL RUBY_DOWNLOAD_SHA256 GEM_HOME \
        BUNDLE_APP_CONFIG BUNDLE_SILENCE_ROOT_WARNING LANG RUBYGEMS_VERSION",
    ),
    ("rust", "RUSTUP_HOME CARGO_HOME RUST_VERSION"),
    ("sapmachine", "JAVA_HOME JAVA_VERSION LANG"),
    (
        "solr",
        "\
        SOLR_USER SOLR_UID SOLR_GROUP SOLR_GID SOLR_HOME SOLR_INCLUDE SOLR_LOGS_DIR SOLR_PID_DIR \
        SOLR_JETTY_HOST LOG4J_PROPS",
    ),
    (
        "sonarqube",
        "\
        SONARQUBE_HOME SONAR_VERSION SQ_DATA_DIR SQ_EXTENSIONS_DIR SQ_LOGS_DIR SQ_TEMP_DIR \
        ES_TMPDIR DOCKER_RUNNING",
    ),
    (
        "spark",
        "SPARK_HOME R_HOME GPG_KEY SPARK_TGZ_URL SPARK_TGZ_ASC_URL JAVA_HOME",
    ),
    ("storm", "STORM_CONF_DIR STORM_DATA_DIR STORM_LOG_DIR"),
    (
        "swift",
        "SWIFT_PLATFORM SWIFT_SIGNING_KEY SWIFT_VERSION SWIFT_BRANCH SWIFT_WEBROOT",
    ),
    (
        "tomcat",
        "\
        CATALINA_HOME TOMCAT_MAJOR TOMCAT_VERSION TOMCAT_SHA512 TOMCAT_NATIVE_LIBDIR \
        LD_LIBRARY_PATH",
    ),
    ("varnish", "VARNISH_SIZE VMOD_DEPS VSM_NOPID"),
    (
        "websphere-liberty",
        "LOG_DIR OPENJ9_JAVA_OPTIONS OPENJ9_SCC RANDFILE WLP_OUTPUT_DIR IBM_JAVA_OPTIONS",
    ),
    (
        "wordpress",
        "WORDPRESS_CLI_VERSION WORDPRESS_CLI_SHA512 WORDPRESS_CLI_GPG_KEY",
    ),
    (
        "zookeeper",
        "\
        ZOO_CONF_DIR ZOO_DATA_DIR ZOO_DATA_LOG_DIR ZOO_LOG_DIR ZOO_TICK_TIME ZOO_INIT_LIMIT \
        ZOO_SYNC_LIMIT ZOOCFGDIR JAVA_HOME JAVA_VERSION",
    ),
];

/// What several of them set because of what they are built on.
const SHARED: &[(&str, &str)] = &[
    (
        "\
        backdrop composer drupal friendica joomla matomo monica nextcloud php phpmyadmin \
        wordpress",
        "\
        PHP_VERSION PHP_INI_DIR PHP_URL PHP_ASC_URL PHP_SHA256 PHP_CFLAGS PHP_CPPFLAGS \
        PHP_LDFLAGS PHPIZE_DEPS GPG_KEYS",
    ),
    (
        "backdrop drupal friendica joomla matomo monica nextcloud php phpmyadmin wordpress",
        "APACHE_CONFDIR APACHE_ENVVARS",
    ),
    (
        "\
        cassandra eclipse-temurin flink gradle groovy ibm-semeru-runtimes jetty maven \
        open-liberty orientdb solr sonarqube storm tomcat websphere-liberty",
        "JAVA_HOME JAVA_VERSION LANG LANGUAGE LC_ALL",
    ),
    ("caddy golang", "GOLANG_VERSION GOPATH GOTOOLCHAIN"),
];

/// Official images that set `PATH` and nothing else.
const BARE: &str = "\
    almalinux alpine amazonlinux archlinux buildpack-deps busybox centos debian hello-world \
    oraclelinux photon rockylinux ubuntu";

/// What a container's shell knows and an image hardly ever sets: the user's home directory and the
/// like come into being with the process, after BuildKit has expanded the instruction.
const OF_THE_SHELL: &str = "EUID GID HOME HOSTNAME LOGNAME OLDPWD OSTYPE PPID PWD SHLVL UID USER";

fn listed(words: &str, word: &str) -> bool {
    words.split_ascii_whitespace().any(|w| w == word)
}

/// What an image makes of a variable other than `PATH`, as far as its publisher says.
pub fn image_variable(image: &ImageRef, name: &str) -> ImageVariable {
    let Some(official) = official_name(image) else {
        return ImageVariable::Perhaps;
    };
    if listed(BARE, official) {
        return ImageVariable::Unset;
    }
    let Ok(at) = IMAGES.binary_search_by_key(&official, |(image, _)| image) else {
        return ImageVariable::Perhaps;
    };
    let own = IMAGES.get(at).map_or("", |(_, variables)| variables);
    let mut shared = SHARED.iter().filter(|(images, _)| listed(images, official));
    match listed(own, name) || shared.any(|(_, variables)| listed(variables, name)) {
        true => ImageVariable::Set,
        // Older and newer releases set other variables; nobody sets those of the shell.
        false if listed(OF_THE_SHELL, name) => ImageVariable::Unset,
        false => ImageVariable::Perhaps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(IMAGES.is_sorted_by_key(|(image, _)| image));
        let known = |image: &str| IMAGES.iter().any(|(name, _)| *name == image);
        let mut shared = SHARED
            .iter()
            .flat_map(|(images, _)| images.split_ascii_whitespace());
        assert!(shared.all(known));
    }
}
