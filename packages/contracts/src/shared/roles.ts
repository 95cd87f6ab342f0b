/** What a person may be, by the issuer's word; one may be several. Also of a service that acts as one, e.g. an operator's script. */
export const personRoles = ["viewer", "responder", "team-manager", "approver", "auditor", "super-admin"] as const;

/** What a machine may be, by its credential: it is exactly one, and nobody else can be it. */
export const machineRoles = ["ingest-key", "assistant", "runner", "control-plane"] as const;

export const roles = [...personRoles, ...machineRoles] as const;
export type Role = (typeof roles)[number];

/** How far a role reaches: the caller's own team, or any team that the caller names. What is not granted is refused. */
export type Reach = "own" | "all";

/** Who may call one operation; `everyone` is each caller who has proven who it is, also without any role. */
export type Permission = Readonly<Partial<Record<Role | "everyone", Reach>>>;

/** The widest reach that a caller of these roles has: null is none. */
export function reachOf(permission: Permission | undefined, held: ReadonlySet<Role>): Reach | null {
  const reaches = [permission?.everyone, ...[...held].map((role) => permission?.[role])];
  if (reaches.includes("all")) return "all";
  return reaches.includes("own") ? "own" : null;
}

/** The header by which a caller whose role reaches all teams names the one it acts in. */
export const teamHeader = "x-team-id";
