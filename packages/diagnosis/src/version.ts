/** Changes whenever the same evidence may come to another diagnosis. */
export const engineVersion = "1.7.0";
