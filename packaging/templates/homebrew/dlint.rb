class Dlint < Formula
  desc "@@description@@"
  homepage "@@repository@@"
  version "@@version@@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@@url:aarch64-apple-darwin@@"
      sha256 "@@sha256:aarch64-apple-darwin@@"
    end
    on_intel do
      url "@@url:x86_64-apple-darwin@@"
      sha256 "@@sha256:x86_64-apple-darwin@@"
    end
  end

  on_linux do
    on_arm do
      url "@@url:aarch64-unknown-linux-musl@@"
      sha256 "@@sha256:aarch64-unknown-linux-musl@@"
    end
    on_intel do
      url "@@url:x86_64-unknown-linux-musl@@"
      sha256 "@@sha256:x86_64-unknown-linux-musl@@"
    end
  end

  def install
    bin.install "dlint"
    (lib/"docker/cli-plugins").install_symlink bin/"dlint" => "docker-dlint"
    generate_completions_from_executable(bin/"dlint", "completions")
    (man1/"dlint.1").write Utils.safe_popen_read(bin/"dlint", "man")
  end

  test do
    (testpath/"Dockerfile").write "FROM debian:latest\n"
    assert_match "latest-tag", shell_output("#{bin}/dlint --isolated Dockerfile", 1)
  end
end
