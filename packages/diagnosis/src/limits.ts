/** Bounds of one diagnosis. Times in seconds unless named otherwise. */
export const diagnosisLimits = {
  roundsMax: 3,
  questionsMax: 80,
  alertsMax: 50,
  rulesMax: 10,
  entitiesPerQuestionMax: 100,
  logQuestionsPerRoundMax: 12,
  logLinesPerQuestionMax: 2_000,
  tracedLinesPerQuestionMax: 5_000,
  namespacesMax: 4,
  topologyDepth: 2,
  /** How far a cause may stand from what it hurts, in edges. */
  hopsMax: 4,
  pointsPerSeriesMax: 240,
  recentSecondsMax: 60 * 60,
  leadSecondsMin: 30 * 60,
  baselineSecondsMin: 60 * 60,
  baselineSecondsMax: 6 * 60 * 60,
  windowSecondsMax: 7 * 24 * 60 * 60,
  /** A change this long before the onset is too old to be blamed. */
  changeBeforeOnsetSecondsMax: 60 * 60,
  causesMax: 10,
  findingsMax: 200,
  ruledOutMax: 30,
  gapsMax: 60,
  hurtsMax: 20,
} as const;
