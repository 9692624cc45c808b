/** Numbers and times as people read them. */

/** 83.2 -> "1:23" */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** 83.2 -> "1 minute 23 seconds", for screen readers. */
export function spoken(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = `${whole % 60} second${whole % 60 === 1 ? "" : "s"}`;
  return minutes ? `${minutes} minute${minutes === 1 ? "" : "s"} ${rest}` : rest;
}

/** A point in time of today as "14:05", of other days with the date. */
export function when(iso) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  const clockTime = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (time.toDateString() === new Date().toDateString()) return clockTime;
  return `${time.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" })}, ${clockTime}`;
}

/** When to try again: "in 2 minutes", or a point in time where that is far. */
export function later(iso) {
  const seconds = (new Date(iso).getTime() - Date.now()) / 1000;
  if (seconds < 90) return `in ${Math.max(Math.ceil(seconds), 1)} s`;
  if (seconds < 5400) return `in ${Math.ceil(seconds / 60)} minutes`;
  return `at ${when(iso)}`;
}
