// What the server knows. Addresses are relative, so they carry the page's secret.

export async function get(name, parameters, signal) {
  const query = new URLSearchParams(
    Object.entries(parameters ?? {}).filter(([, value]) => value !== "" && value !== undefined),
  );
  const address = `api/${name}${query.size > 0 ? `?${query}` : ""}`;
  let response;
  try {
    response = await fetch(address, { signal, credentials: "omit", referrerPolicy: "no-referrer" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("Muster does not answer: is `muster explore` still running?");
  }
  const body = await response.json().catch(() => ({ error: `status ${response.status}` }));
  if (!response.ok) throw new Error(body.error ?? `status ${response.status}`);
  return body;
}
