#!/usr/bin/env node
// Starts the program that npm installed for this system.
"use strict";

const { spawnSync } = require("node:child_process");

const name = `@dockerfile-dlint/${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "dlint.exe" : "dlint";

let program;
try {
  program = require.resolve(`${name}/${file}`);
} catch {
  console.error(
    `dlint: the package ${name} is not installed: there is none for this system, or optional ` +
      "dependencies were left out (--omit=optional)",
  );
  process.exit(2);
}

const ran = spawnSync(program, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
if (ran.error) {
  console.error(`dlint: ${ran.error.message}`);
  process.exit(2);
}
if (ran.signal) {
  process.kill(process.pid, ran.signal);
}
process.exit(ran.status);
