// A button in each password's field shows what is typed. When the form goes, the field is a password's again.
addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("input[type=password]")) {
    const [button, seen, name] = ["button", "span", "span"].map((tag) => document.createElement(tag));
    const show = (shown) => {
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
    };
    seen.textContent = words.show;
    seen.ariaHidden = "true";
    name.textContent = words.showPassword;
    name.className = "visually-hidden";
    button.type = "button";
    button.id = `${field.id}-show`;
    button.className = "show-password";
    button.append(seen, name);
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
    show(false);
    field.after(button);
  }
});
