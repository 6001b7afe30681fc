export const helper = "not a route";
