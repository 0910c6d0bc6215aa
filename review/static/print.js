const button = document.querySelector("[data-print]");
button.hidden = !document.querySelector(".slip");
button.addEventListener("click", () => print());
