// Opens a session through the API; the secret stays in a cookie that no script can read.
const form = document.getElementById("enter");
const refused = document.getElementById("refused");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  refused.hidden = true;
  try {
    const answer = await fetch("/api/v1/session", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
      body: JSON.stringify({ name: form.elements.name.value, password: form.elements.password.value }),
    });
    if (answer.ok) return location.assign(form.dataset.to);
    refused.textContent = (await answer.json()).detail;
  } catch {
    refused.textContent = form.dataset.failed;
  }
  refused.hidden = false;
  button.disabled = false;
  form.elements.password.focus();
});
