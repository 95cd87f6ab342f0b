export { changePoints, defaultSegmentation, largestShift, type ChangePoint, type Segmentation } from "./change-points.ts";
export { compareWithBaseline, defaultComparison, type Comparison, type ComparisonSettings } from "./compare.ts";
export { fillGaps, median, present, quantile, robustScale, scaled, type Sample, type Scale } from "./robust.ts";
