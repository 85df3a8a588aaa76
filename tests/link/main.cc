// Linked with one whole module at a time by cmake/Modules.cmake: linking is the test.
int main() {}
