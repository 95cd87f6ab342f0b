/**
 * Every number by which alerts are grouped. A group's score is the sum of four parts between 0 and 1, each times its weight;
 * an alert joins the best group that reaches the threshold. The topology's part alone reaches it for alerts of one
 * component, and for nothing else: whatever is farther needs time, labels or words beside it.
 */
export const correlationDefaults = {
  /** From where on an alert joins. */
  threshold: 0.45,
  weights: { topology: 0.45, time: 0.25, labels: 0.2, text: 0.1 },
  /** How far from the related alerts of a group a further one may begin. */
  windowMs: 30 * 60_000,
  /** Steps over the topology that count; 0: alerts join those of their own component only, and nothing else is looked at. */
  stepsMax: 3,
} as const;

export const topologyStrength = {
  sameComponent: 1,
  /** It depends on, or is, what a diagnosis found to be behind the group. */
  explained: 1,
  /** By steps of dependency: 1, 2, 3. */
  dependency: [0.8, 0.6, 0.4],
  /** One of its pods runs on a node of the group, or its data lies there; that its other pods do not makes it weak. */
  restsOn: 0.4,
  /** The alert is about a node or volume on which something of the group rests. */
  carries: 0.3,
  /** A dependency of a group's symptom that does not explain the group's cause is worth this part of its steps. */
  besideTheCause: 0.6,
  /** The same where its alert tells of its own state: then it is more likely a cause of its own. */
  ownStateBesideTheCause: 0.3,
  /** What asks a member that lost only its pods of one node is worth this part of its steps. */
  lostPart: 0.5,
  /** The alert itself names a component of the group, or the group's alerts name the alert's. */
  named: 0.8,
  /** Both name the same third component. */
  sameNamed: 0.6,
  /** Both depend on the same third component directly; divided by the logarithm of how many do. */
  sharedDependency: 0.7,
} as const;

/**
 * Clocks of senders differ by this much without meaning, and beyond it nearness falls to 1/e in `scaleMs`. What ties an alert
 * wears off with it, so many times slower where one of the two names the other.
 */
export const timeStrength = { skewMs: 30_000, scaleMs: 5 * 60_000, namedLonger: 3 } as const;

export const labelStrength = { sameNamespace: 0.5, sameName: 0.3, otherLabels: 0.2 } as const;

/**
 * Many things that alert under one name at a time, while the name is quiet otherwise, have one reason, if what they are about
 * lies in several namespaces: nothing else would tie them. Beside a fault of a single application it says nothing.
 */
export const burstStrength = {
  strength: 0.8,
  fastMs: 60_000,
  slowMs: 30 * 60_000,
  /** So many other things in the last minute make it whole; a part of them, a part. */
  componentsForAll: 4,
  componentsLeast: 2,
  namespacesLeast: 2,
  /** So many times more often than in the last half hour the name has to come. */
  surgeLeast: 4,
  componentsMax: 32,
} as const;

/** Bounds of what is looked at for one alert, and kept for one group. */
export const correlationLimits = {
  relatedMax: 256,
  namedMax: 8,
  groupsPerIndexMax: 16,
  rootsMax: 32,
  /** Names and components under which alerts of one group are kept; the one that was silent longest goes first. */
  alertsKeptMax: 96,
  charactersKeptMax: 200,
  labelsPerGroupMax: 64,
  wordsPerGroupMax: 128,
  wordsPerAlertMax: 40,
  /** How near in time an alert of the same component must be for no other group to be looked at. */
  undisputedMs: 30_000,
} as const;
