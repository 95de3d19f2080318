"""What can be taken away of a take, a trainee or a class: the program's result and the trainer's layer, told apart."""
